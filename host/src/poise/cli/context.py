"""Shared by commands: the data folder, the store, the twin in place of a real clip, and printing."""

import json
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, tzinfo
from functools import cache
from inspect import getdoc
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store
from ..timebase.clock import Clock, SystemClock, possible

if TYPE_CHECKING:
    from ..clip.client import ClipClient
    from ..clip.transport.base import Transport
    from ..clip.usb_clips import OnPort
    from ..twin.process import TwinProcess

Result = TypeVar("Result")
BONDS = "bonds.json"
_COPY_LOOK_S = 3600.0
NUMBER_MAX = 2**31 - 1  # of a row in the store


def new_app(text: str) -> typer.Typer:
    """Return a Typer application that lets errors through: `poise.cli.main` turns them into lines."""
    return typer.Typer(
        help=text,
        add_completion=False,
        pretty_exceptions_enable=False,
        no_args_is_help=False,
        rich_markup_mode=None,  # the terminal would show its colours as text (text.py)
    )


def data_folder() -> Path:
    """Return the user's data folder; make it if need be. Raises PoiseError STORE_UNWRITABLE."""
    given = os.environ.get("POISE_DATA")
    if given:
        folder = Path(given)
    else:
        import platformdirs

        folder = Path(platformdirs.user_data_dir("poise"))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PoiseError(
            Reason.STORE_UNWRITABLE,
            _("the data folder {folder} can't be made ({reason})").format(
                folder=folder, reason=error.strerror
            ),
            _("Name another with --data DIR."),
        ) from None
    return folder


def open_store(*, whole: bool = False) -> Store:
    """Open the store in the data folder, or at POISE_STORE (a database URL), for the patient in POISE_PATIENT.

    Without one it is the only patient's; `whole`: what follows concerns no patient. A command that writes makes the
    day's copy. Raises PoiseError NO_PATIENT, STORE_*.
    """
    place = store_place()
    named = os.environ.get("POISE_PATIENT") or None
    store = Store.open_whole(place) if whole else Store.open(place, named)
    store.at_end = keep_daily
    return store


def store_place() -> Path | str:
    """Return the store's file, or the URL in POISE_STORE."""
    return os.environ.get("POISE_STORE") or data_folder() / "poise.db"


def keep_daily(store: Store, *, changed: bool = True) -> None:
    """Make today's copy of the store unless there is one. A failure is one line on standard error.

    `changed`: copy only when this program wrote something.
    """
    if store.path is None or (changed and not store.has_changed):
        return
    from ..store import copies

    try:
        today = datetime.fromtimestamp(clock().utc_ms() / 1000, UTC).astimezone().date()
        copies.daily(store.path, today)
    except PoiseError as error:
        typer.echo(
            "poise: " + _("today's copy of the store was not made: {told}").format(told=error.told),
            err=True,
        )


async def keep_copies(store: Store) -> None:
    """Make a copy a day until cancelled, for a program that runs for weeks."""
    import asyncio

    while True:
        await asyncio.to_thread(keep_daily, store, changed=False)
        await clock().sleep(_COPY_LOOK_S)


@cache
def twin() -> dict[str, Any] | None:
    """Return the addresses (hci, usb, clock) of the twin in POISE_TWIN;

    None without one. Raises PoiseError TWIN_FAILED.
    """
    given = os.environ.get("POISE_TWIN")
    if not given:
        return None
    path = Path(given) / "twin.json"
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
        os.kill(info["pid"], 0)  # a twin that was killed leaves its file behind
        return {key: info[key] for key in ("hci", "usb", "clock")}
    except (OSError, ValueError, KeyError, TypeError):
        raise PoiseError(
            Reason.TWIN_FAILED,
            _("no twin runs in {given}").format(given=given),
            _("Start one: python -m poise.twin --dir {given}").format(given=given),
        ) from None


def twin_process() -> "TwinProcess | None":
    """Return the running twin in POISE_TWIN, which takes orders to its wearer; None without one."""
    if twin() is None:
        return None
    from ..twin.process import TwinProcess

    return TwinProcess.running(Path(os.environ["POISE_TWIN"]))


def clock() -> Clock:
    """Return this machine's clock, or the twin's."""
    info = twin()
    if info is None:
        return SystemClock()
    from ..twin.machine.clock import SharedClock

    return SharedClock(Path(info["clock"]))


def command_name() -> str:
    """Return the running command as the user typed it: `poise calibrate`."""
    from . import COMMANDS

    return "poise " + next((word for word in sys.argv[1:] if word in COMMANDS), "")


FIND_S = 75.0  # longer than the minute after which a clip that saves power looks up


def ble_client(wanted: str | None, *, anew: bool = False, borrows: bool = True) -> "ClipClient":
    """Return a client over Bluetooth, not yet connected. `anew`: it pairs again.

    It borrows the clip from a running `poise wear`, unless it is `poise wear` itself.
    """
    from ..clip.client import ClipClient
    from ..clip.transport.ble import BleTransport

    time = clock()
    link = BleTransport(wanted, hci(), FIND_S, keys=bonds_file(), anew=anew, clock=time)
    return _borrowing(link) if borrows else ClipClient(link, time)


def usb_client(port: str | None, *, borrows: bool = True) -> "ClipClient":
    """Return a client over USB, not yet connected. Raises PoiseError NO_CLIP when no port is named or found."""
    from ..clip.client import ClipClient
    from ..clip.transport.serial import SerialTransport

    link = SerialTransport(port or the_port())
    return _borrowing(link) if borrows else ClipClient(link, clock())


def _borrowing(link: "Transport") -> "ClipClient":
    from ..wear.lease import Loan
    from .borrowing import BorrowingClient

    return BorrowingClient(link, clock(), Loan(data_folder(), command_name(), link.source))


def bonds_file() -> Path | None:
    """Return the file of Bumble's pairings; None when the system's Bluetooth keeps them."""
    if twin():
        return Path(os.environ["POISE_TWIN"]) / BONDS
    return data_folder() / BONDS if os.environ.get("POISE_HCI") else None


def hci() -> str | None:
    """Return Bumble's name of the radio; None for the system's radio."""
    info = twin()
    return info["hci"] if info else None


def the_port() -> str:
    """Return the port of the twin, or of the only clip. Raises PoiseError NO_CLIP.

    Several ports of likely boards are asked who they are.
    """
    info = twin()
    if info:
        return info["usb"]
    from ..clip.transport.ports import likely_ports

    ports = likely_ports()
    if len(ports) == 1:
        return ports[0].device
    if not ports:
        raise PoiseError(
            Reason.NO_CLIP, _("no clip on USB"), _("Plug it in, or name its port with --port.")
        )
    from ..clip.usb_clips import ask_ports

    clips = [
        found for found in run(ask_ports([port.device for port in ports], clock())) if found.is_clip
    ]
    if len(clips) == 1:
        return clips[0].port
    if clips:
        text = _("several clips: {names}")
        names = ", ".join(_on_port(found) for found in clips)
    else:
        text = _("several serial ports, and no clip answers: {names}")
        names = ", ".join(port.device for port in ports)
    raise PoiseError(Reason.NO_CLIP, text.format(names=names), _("Name the clip's with --port."))


def _on_port(found: "OnPort") -> str:
    """Return who is on a port, in words."""
    if found.identity is None:
        return found.port
    who = found.identity.patient or found.identity.clip_id[-4:]
    return _("{who} on {port}").format(who=who, port=found.port)


def the_clip(store: Store, wanted: str | None) -> str:
    """Return the id of the clip in the store that ends in `wanted`; of the only one when None. Raises PoiseError."""
    ids = store.clips.ids()
    found = [clip_id for clip_id in ids if wanted is None or clip_id.endswith(wanted.lower())]
    if len(found) == 1:
        return found[0]
    if not ids:
        raise PoiseError(
            Reason.NO_DATA,
            _("nothing is logged yet"),
            _("Run `poise wear` or `poise download` first."),
        )
    if found:
        what = _("several clips in the store: {ids}")
    else:
        what = _("no clip '{wanted}' in the store: {ids}")
    raise PoiseError(
        Reason.BAD_INPUT,
        what.format(wanted=wanted, ids=", ".join(ids)),
        _("Name one with --clip."),
    )


def clip_id_of(given: str) -> str:
    """Return the clip id that the user typed, in small letters. Raises PoiseError BAD_INPUT for what is none."""
    clip_id = given.lower()
    if len(clip_id) != 16 or any(digit not in "0123456789abcdef" for digit in clip_id):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{given}' is no clip id").format(given=given),
            _("It has 16 hexadecimal digits: see `poise status`."),
        )
    return clip_id


def the_zone(store: Store) -> tzinfo:
    """Return the plan's time zone, in which days are counted; this machine's without a plan."""
    from ..history.plan_in_force import plan_in_force
    from ..timebase.calendar import local_zone

    found = plan_in_force(store)
    return found.plan.timezone if found else local_zone()


def clip_at(site: str) -> str:
    """Return where the clip is worn, in words: "clip at the head"; with any other site's own name."""
    sites = {"head": _("clip at the head"), "collar": _("clip at the collar")}
    return sites.get(site) or _("clip at the {site}").format(site=site)


def described(function: Callable[..., Any]) -> str:
    """Return the docstring of a command as its help's message: each paragraph in one line.

    `poise.cli` translates it, and the keeper of the catalogues finds it here.
    """
    return "\n\n".join(" ".join(each.split()) for each in (getdoc(function) or "").split("\n\n"))


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end and return its result."""
    import asyncio

    return asyncio.run(work)


def print_json(value: Any) -> None:
    """Print one JSON value on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, default=_plain)
    sys.stdout.write("\n")


def file_name(text: str) -> str:
    """Return a text, such as a pseudonym, as it stands in the name of a file."""
    return "".join(each if each.isalnum() or each in "-_" else "_" for each in text)


def stamp() -> str:
    """Return this moment as text for a file's name."""
    return local_time(clock().utc_ms()).replace(" ", "-").replace(":", "")


def local_time(utc_ms: int | None, *, seconds: bool = True) -> str:
    """Return a moment in this machine's time zone; a dash when it is not known."""
    if utc_ms is None or not possible(utc_ms):
        return "-"
    moment = datetime.fromtimestamp(utc_ms / 1000, UTC).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
