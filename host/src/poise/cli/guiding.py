"""A guided session at a terminal: a live view with keys, or lines in and out."""

import asyncio
import sys
from collections.abc import Callable
from threading import Thread

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ..aio import end
from ..coach import safety
from ..coach.plan.prescription import Prescription
from ..coach.session.cues import Cue, Phase, Told, View
from ..coach.session.reference import beside
from ..errors import PoiseError, Reason
from ..guide import SessionRunner
from ..language import N_, _
from ..text import terminal, visible
from ..words import strings
from ..words.session import advice, beside_line, cue, name, words
from .keyboard import keys

_BAR = 48
_HINT = N_("p pause   q end   u I feel unwell   h warning signs")


def _question(phase: Phase) -> str:
    """Return what this phase asks; "" if it asks nothing."""
    mistap = _("Read this; then press Enter. (b within {seconds:.0f} s: a mis-tap)")
    asked = {
        Phase.PAIN_BEFORE: _("{question} 0 to 10").format(question=strings.EX_PAIN_BEFORE),
        Phase.PAIN_AFTER: _("{question} 0 to 10, or nothing").format(
            question=strings.EX_PAIN_AFTER
        ),
        Phase.REPS_DONE: strings.EX_REPS_DONE,
        Phase.SAFETY: mistap.format(seconds=safety.TAKE_BACK_S),
    }
    return asked.get(phase, "")


def signs() -> list[str]:
    """Return the warning signs, in lines."""
    told = [_("Call the emergency number now:"), *(f"  - {each}" for each in safety.EMERGENCY)]
    told += [
        _("Stop, and call your therapist or doctor:"),
        *(f"  - {each}" for each in safety.STOP),
    ]
    return [*told, safety.NOT_COMPLETE]


def read_first() -> None:
    """Show the warning signs before the first session. Raises PoiseError BAD_INPUT unless the user confirms them."""
    typer.echo("\n".join(signs()))
    typer.echo("\n" + _("Have you read this? Type yes:"), nl=False)
    typer.echo(" ", nl=False)
    if sys.stdin.readline().strip().lower() not in ("y", "yes", _("yes")):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("the warning signs are not confirmed"),
            _("Read them, and type yes."),
        )


def stopped() -> None:
    """Print what to do after a stop."""
    typer.echo("\n".join([strings.EX_STOPPED_TEXT, *signs()]))


def summarise(runner: SessionRunner, asked: Prescription, number: int | None) -> None:
    """Print the result of the session."""
    if number is None:
        typer.echo(strings.EX_NOTHING)
        return
    result = runner.result
    if asked.for_reference:
        typer.echo(
            _("The reference of '{name}' is kept: {reps_done} repetitions.").format(
                name=asked.shown_name, reps_done=result.reps_done
            )
        )
        return
    pains = [strings.DASH if p is None else str(p) for p in (result.pain_before, result.pain_after)]
    reps = strings.EX_REPS.format(done=result.reps_done, of=asked.reps_prescribed)
    typer.echo(
        f"{strings.EX_SUMMARY}: {asked.shown_name}, {reps}, {strings.SOURCE[runner.source]}."
    )
    typer.echo(f"{strings.EX_SUMMARY_PAIN}: {' → '.join(pains)}")
    if said := advice(result):
        typer.echo(said)
    for one in beside(asked.reference, result):
        typer.echo(beside_line(one))


def answer(runner: SessionRunner, text: str) -> str:
    """Act on typed text. Return an error message, or "" for valid text."""
    phase = runner.view.phase
    if text == "u":
        runner.unwell()
    elif text == "q":
        runner.stop()
    elif text == "p":
        runner.resume() if phase is Phase.PAUSED else runner.pause()
    elif text == "b":
        return "" if runner.take_back() else strings.HOLD_TOO_LATE
    elif text == "h":
        runner.pause()
    elif phase is Phase.SAFETY:
        runner.close_safety()
    elif phase is Phase.PAIN_AFTER and not text:
        runner.answer_pain(None)
    elif phase in (Phase.PAIN_BEFORE, Phase.PAIN_AFTER, Phase.REPS_DONE):
        return _number(runner, text)
    return ""


def _number(runner: SessionRunner, text: str) -> str:
    reps = runner.view.phase is Phase.REPS_DONE
    try:
        (runner.answer_reps if reps else runner.answer_pain)(int(text))
    except ValueError:
        most = runner.view.reps_prescribed - runner.view.reps_judged if reps else 10
        return _("A number from 0 to {most}, please.").format(most=most)
    return ""


class Lines:
    """Session in lines: one line for each message, and answers as lines.

    The end of input leaves every question open.
    """

    def __init__(self) -> None:
        self._asked: Phase | None = None
        self._step = ""
        self._moved = asyncio.Event()
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()

    def changed(self, view: View) -> None:
        """Print the question, or the next step."""
        self._moved.set()
        if view.phase is not self._asked:
            self._asked = view.phase
            if view.phase is Phase.SAFETY:
                stopped()
            if question := _question(view.phase):
                typer.echo(question)
        step = words(view)["step"]
        if step and step != self._step:
            typer.echo(step)
        self._step = step

    def hear(self, told: Told) -> None:
        """Print the cue."""
        if told.cue is Cue.COUNTED:
            typer.echo(f"{told.values['rep']}")
        elif told.cue is not Cue.PAIN_ROSE and (text := cue(told)):  # PAIN_ROSE is in the summary
            typer.echo(text)

    async def play(self, runner: SessionRunner) -> int | None:
        """Run the whole session; return the number of its row, None if nothing was done."""
        loop = asyncio.get_running_loop()
        self.changed(runner.view)
        # A daemon thread, because nothing can interrupt the reading of a line.
        Thread(target=self._read, args=(loop,), daemon=True).start()
        listening = asyncio.ensure_future(self._listen(runner))
        try:
            return await runner.run()
        finally:
            await end(listening)

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(self._typed.put_nowait, line.strip().lower())
        loop.call_soon_threadsafe(self._typed.put_nowait, None)

    async def _listen(self, runner: SessionRunner) -> None:
        while (text := await self._typed.get()) is not None:
            await self._until_asked(runner, text)
            if text == "h":
                typer.echo("\n".join(signs()))
            if wrong := answer(runner, text):
                typer.echo(wrong)
        while True:
            await self._until_asked(runner, "")
            _leave_open(runner)
            await asyncio.sleep(0)

    async def _until_asked(self, runner: SessionRunner, text: str) -> None:
        """Hold back a typed number until the session asks a question."""
        while not text.isalpha() and not _question(runner.view.phase):
            self._moved.clear()
            await self._moved.wait()


def _leave_open(runner: SessionRunner) -> None:
    phase = runner.view.phase
    if phase is Phase.PAIN_BEFORE:
        runner.stop()
    elif phase is Phase.REPS_DONE:
        runner.answer_reps(runner.view.reps_done - runner.view.reps_judged)
    elif phase is Phase.PAIN_AFTER:
        runner.answer_pain(None)
    else:
        runner.close_safety()


class Screen:
    """Session in a live view. Letters act at once; numbers with Enter."""

    def __init__(self) -> None:
        self._typed = ""
        self._wrong = ""
        self._signs = False
        self._draw: Callable[[], None] = lambda: None

    def changed(self, view: View) -> None:
        """Draw the view again."""
        del view
        self._draw()

    def hear(self, told: Told) -> None:
        """Do nothing: the view shows the cue."""
        del told

    async def play(self, runner: SessionRunner) -> int | None:
        """Run the whole session; return the number of its row, None if nothing was done."""
        with Live(console=Console(file=terminal()), auto_refresh=False, transient=True) as live:
            self._draw = lambda: live.update(self._picture(runner.view), refresh=True)
            self._draw()
            with keys(lambda key: self._key(runner, key)):
                return await runner.run()

    def _key(self, runner: SessionRunner, key: str) -> None:
        self._wrong = ""
        if key == "h":
            self._signs = not self._signs
            if self._signs:
                answer(runner, key)
        elif key.isdigit():
            self._typed = (self._typed + key)[:3]
        elif key in ("\x7f", "\b"):
            self._typed = self._typed[:-1]
        elif key in ("\r", "\n"):
            text, self._typed = self._typed, ""
            self._wrong = answer(runner, text)
        elif key in ("p", "q", "u", "b"):
            self._wrong = answer(runner, key)
        self._draw()

    def _picture(self, view: View) -> Panel:
        parts: list = []
        if self._signs or view.phase is Phase.SAFETY:
            parts += [Text("\n".join(signs())), Text("")]
        if question := _question(view.phase):
            parts.append(Text(f"{question} {self._typed}_", style="bold"))
        else:
            parts += _work(view)
        foot = self._wrong or _(_HINT)
        return Panel(
            Group(*parts),
            title=Text(visible(name(view))),
            subtitle=Text(foot),
            title_align="left",
            subtitle_align="left",
            padding=(1, 2),
        )


def _work(view: View) -> list:
    shown = words(view)
    figures = Table.grid(padding=(0, 4))
    figures.add_row(
        *(
            Text(name, style="dim")
            for name in (strings.EX_REPS_NAME, strings.EX_SET_NAME, strings.EX_HOLD_NAME)
        )
    )
    figures.add_row(*(Text(shown[key], style="bold") for key in ("reps", "set", "left")))
    return [
        Text(shown["step"], style="bold"),
        bar(view),
        Text(""),
        figures,
        Text(""),
        Text(shown["cue"] or " "),
        Text(shown["source"], style="dim"),
    ]


def bar(view: View) -> Text:
    """Return the angle on its scale: ━ up to the angle, █ the band where a hold counts, │ the target."""
    if view.angle_deg is None or not view.judged:
        return Text(" ")
    low, high = view.band_deg or (view.target_deg or 0.0, view.target_deg or 0.0)
    most = max(12.0, 1.4 * max(view.target_deg or 0.0, high))
    place = [
        round(max(0.0, min(1.0, value / most)) * _BAR) for value in (view.angle_deg, low, high)
    ]
    out = Text()
    for cell in range(_BAR + 1):
        if cell < place[0]:
            out.append("━", style="green" if view.inside else "cyan")
        elif high and place[1] <= cell <= place[2]:
            out.append("│" if place[1] == place[2] else "░")
        else:
            out.append("─", style="dim")
    return out.append(f" {round(view.angle_deg):>3}°", style="bold")
