"""Command `poise demo`: plays the whole chain on a virtual clip."""

import asyncio
import contextlib
import tempfile
from pathlib import Path

import typer
from rich.console import Console
from rich.live import Live as Screen
from rich.table import Table

from ..demo.story import Demo, DemoOptions, DemoResult, Scene
from ..errors import PoiseError, Reason
from ..language import _
from ..notify import Notifier, OnAnswer
from ..text import terminal
from ..wire.rows import ENUMS
from .browser import Opening, opens_when_told
from .context import clock, new_app, print_json, run
from .keyboard import keys
from .live import view
from .wear import ScreenNotifier

app = new_app(_("Play the whole chain on a virtual clip, in about a minute."))


@app.command()
def demo(
    *,
    dashboard: bool = typer.Option(
        False,
        "--dashboard",
        help=_("The dashboard over 90 made-up days and a clip worn now, until Ctrl-C."),
    ),
    browser: bool = typer.Option(
        True, "--browser/--no-browser", help=_("With --dashboard: open it; else print its address.")
    ),
    seconds: float = typer.Option(
        None,
        "--seconds",
        min=5.0,
        max=3600.0,
        help=_("Wall time to aim at; else 60, and with --dashboard without end."),
    ),
    headless: bool = typer.Option(False, "--headless", help=_("No live view.")),
    as_json: bool = typer.Option(
        False, "--json", help=_("One JSON object at the end; implies --headless.")
    ),
    faults: str = typer.Option(
        "", "--faults", help=_("Any of radio,restart,host: what goes wrong on the way.")
    ),
    vm32: bool = typer.Option(
        False, "--vm32", help=_("The firmware on the 32-bit VM, as on the ESP32.")
    ),
    heap: str = typer.Option(
        "", "--heap", help=_("The VM's heap, such as 136k; the firmware is then compiled.")
    ),
    seed: int = typer.Option(1, "--seed", help=_("Another wearer, sensor and noise.")),
    imu: str = typer.Option(
        "lsm6dsox",
        "--imu",
        help=_("The clip's sensor: {names}.").format(names=", ".join(ENUMS["imu"][1:])),
    ),
    keep: Path = typer.Option(
        None, "--keep", help=_("Keep the clip's flash and the host's store in this new folder.")
    ),
) -> None:
    """Play the whole chain on a virtual clip, in about a minute: no hardware, nothing leaves this machine."""
    wanted = tuple(fault for fault in faults.split(",") if fault)
    if keep and keep.exists() and any(keep.iterdir()):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{keep} is not empty").format(keep=keep),
            _("Name a new folder with --keep."),
        )
    with contextlib.ExitStack() as stack:
        folder = keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="poise-demo-"))
        )
        if dashboard:
            run(_show(folder, seconds, browser=browser))
            return
        options = DemoOptions(
            folder=folder,
            seconds=max(20.0, seconds or 60.0),
            vm_bits=32 if vm32 else 64,
            heap=heap,
            faults=wanted,
            seed=seed,
            imu=imu,
        )
        watched = terminal() is not None and not headless and not as_json
        result = run(_watched(options) if watched else _unwatched(options, tell=not as_json))
    if as_json:
        print_json(result.as_json())
    else:
        _summarise(result, keep)
    if not result.audit.agree:
        raise typer.Exit(1)


async def _show(folder: Path, seconds: float | None, *, browser: bool) -> None:
    from ..demo.showing import Showing

    typer.echo(
        _("Ninety made-up days and a virtual clip: nothing of it is a person's. Ctrl-C ends it.")
    )
    opening = Opening(folder, wanted=browser)
    showing = Showing(folder, clock(), opens_when_told(opening))
    try:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(showing.run(), seconds)
    finally:
        opening.end()


async def _watched(options: DemoOptions) -> DemoResult:
    ways: list[ScreenNotifier] = []
    playing: asyncio.Task[DemoResult] | None = None

    def make_ways(on_answer: OnAnswer) -> list[Notifier]:
        ways.append(ScreenNotifier(on_answer))
        return list(ways)

    def pressed(key: str) -> None:
        if key == "q" and playing:
            playing.cancel()
        for way in ways:
            way.key(key)

    with Screen(console=Console(file=terminal()), auto_refresh=False) as screen:

        def show(scene: Scene) -> None:
            screen.update(
                view(
                    scene.live,
                    _("Poise demo: the virtual wearer {doing}").format(
                        doing=scene.doing or _("is getting ready")
                    ),
                    _note(scene),
                )
            )
            screen.refresh()

        with keys(pressed):
            playing = asyncio.ensure_future(Demo(options, show, make_ways).run())
            try:
                return await playing
            except asyncio.CancelledError:
                raise KeyboardInterrupt from None


def _note(scene: Scene) -> str:
    share = min(100, round(100 * scene.virtual_s / scene.story_s))
    if scene.live.reminder:
        return _("d done   s later   k skip: or wait, and the wearer presses the clip's button")
    told = _("{share} % of the story   q quits").format(share=share)
    return f"{told}   {scene.note}" if scene.note else told


async def _unwatched(options: DemoOptions, *, tell: bool) -> DemoResult:
    told = [""]

    def show(scene: Scene) -> None:
        if tell and scene.doing != told[0]:
            told[0] = scene.doing
            typer.echo(
                _("{virtual_s:6.0f} s  the virtual wearer {doing}").format(
                    virtual_s=scene.virtual_s, doing=scene.doing
                )
            )

    return await Demo(options, show).run()


def _summarise(result: DemoResult, keep: Path | None) -> None:
    found = result.audit
    table = Table.grid(padding=(0, 2))
    for name, text in (
        (_("records on the clip's flash"), str(found.events_on_clip)),
        (_("came by Bluetooth"), str(found.events_by_ble)),
        (_("came by USB"), str(found.events_by_usb)),
        (_("lost, doubled, altered"), f"{found.lost}, {found.duplicated}, {found.altered}"),
        (
            _("largest error of a time"),
            f"{result.largest_time_error_ms} ms",
        ),
        (_("nudges"), str(result.nudges)),
        (
            _("reminders answered"),
            _("{answered} of {shown}").format(
                answered=result.reminders_answered, shown=result.reminders_fired
            ),
        ),
        (_("sensor"), result.imu),
        (
            _("firmware ran on"),
            _("MicroPython {version}, {bits} bits").format(**result.micropython),
        ),
        (
            _("took"),
            _("{wall_s:.0f} s for {virtual_s:.0f} virtual minutes").format(
                wall_s=result.wall_s, virtual_s=result.virtual_s / 60
            ),
        ),
    ):
        table.add_row(name, text)
    console = Console(file=terminal())
    console.print()
    console.print(
        _("[bold]All witnesses agree.[/bold]")
        if found.agree
        else _("[bold red]The witnesses differ.[/bold red]")
    )
    console.print(table)
    console.print()
    console.print(
        _(
            "Next: `poise demo --dashboard` shows a patient's pages; `poise doctor` says what this "
            "computer has for a real clip."
        )
    )
    if keep:
        typer.echo(_("Kept in {keep}: try `poise --data {keep}/host events`.").format(keep=keep))
