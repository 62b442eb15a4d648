"""Flashing of the firmware: makes a clip's files exactly those of the bundle; the log and the settings stay.

The flash's size, the partition table and the files are read before anything is promised or written.

Order: `main.py` is removed first, so that a half-written firmware never starts. Each file is written beside its place,
checked and renamed; obsolete files are removed; `main.py` comes last. A run that ends before `main.py` is removed
restarts the old firmware. One that ends later leaves a clip that starts to the prompt and says so; the next run writes
the missing files.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..build.signed import Bundle
from ..errors import PoiseError, Reason
from ..language import _
from . import prompted
from .chips import of_board
from .decide import check_room
from .filesystem import KEY, MAIN, SLOT
from .found import kept
from .prompt import Machine, Prompt
from .wanted import board_for, files_for

_SLOTS = "slots"  # the file that chooses the slot: firmware/slots.py
_KEPT = ("boot.py",)  # MicroPython's own; a developer may have changed it
_PART = ".part"
_SUFFIXES = (".py", ".mpy", _PART)

# Prints `digest path` of every module at the top and in the folders given, which need not exist.
_SURVEY = """
import hashlib, os
def digest(path):
    h = hashlib.sha256()
    with open(path, 'rb') as file:
        chunk = file.read(512)
        while chunk:
            h.update(chunk)
            chunk = file.read(512)
    return ''.join('%02x' % b for b in h.digest())
def survey(folder):
    try:
        entries = list(os.ilistdir(folder or '.'))
    except OSError:
        return
    for name, kind, *rest in entries:
        path = folder + '/' + name if folder else name
        if kind == 0x8000 and name.endswith({suffixes!r}):
            print(digest(path), path)
for folder in {folders!r}:
    survey(folder)
"""


@dataclass(frozen=True)
class Flashed:
    """Result of a run: paths written and removed, the number left unchanged, and the machine."""

    machine: Machine
    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


class NotWholeError(PoiseError):
    """The run broke off: the clip has no complete firmware to start."""


def flash_firmware(
    prompt: Prompt,
    board: str | None,
    tell: Callable[[str], None],
    trust: bytes | None = None,
    release: Bundle | None = None,
) -> Flashed:
    """Stage the firmware for the clip behind `prompt`, write the files that differ and verify all.

    The clip is not restarted then. The firmware goes to slot `a`, which starts next. `trust`: content of the file of
    the keys that the clip will trust; None: as before. `release`: a bundle whose signature was checked, for the slot in
    place of this version's own files; what stands at the top is this version's. `board` None: by the chip. `tell` gets
    a line for each file.

    Raises PoiseError (FLASH_FAILED, LINK_LOST, ...): NotWholeError if the clip has no complete firmware; after any
    other error the clip restarts with its old firmware.
    """
    try:
        return _flash(prompt, board, tell, trust, release)
    except NotWholeError:
        raise
    except BaseException:  # Ctrl-C as well
        with contextlib.suppress(PoiseError):
            prompt.restart()
        raise


def _flash(
    prompt: Prompt,
    board: str | None,
    tell: Callable[[str], None],
    trust: bytes | None,
    release: Bundle | None,
) -> Flashed:
    machine = prompt.machine()
    name = board_for(machine, board)
    wanted = files_for(name, machine.arch, release=release)
    _look(prompt, machine, name, tell)
    done = _bring_to(prompt, machine, wanted, tell)
    # Without this file the clip starts from slot a; the cable may also bring an older firmware.
    prompt.run(
        f"import os\ntry:\n os.remove({_SLOTS!r})\nexcept OSError as e:\n if e.errno != 2: raise"
    )
    if trust is not None:
        _write(prompt, KEY, trust)
    return done


def _look(prompt: Prompt, machine: Machine, board: str, tell: Callable[[str], None]) -> None:
    """Read the flash and tell what stays. Raises PoiseError (FLASH_FAILED) if the board is not one for a clip."""
    found = prompted.look(prompt, machine, of_board(board))
    tell(f"{prompt.port}: {found.told}")
    check_room(found, prompt.port)
    there = kept(found.entries)
    if there:
        tell(_("Stays on the board: {kept}.").format(kept=", ".join(there)))


def _bring_to(
    prompt: Prompt, machine: Machine, wanted: dict[str, bytes], tell: Callable[[str], None]
) -> Flashed:
    folders = sorted({folder for path in wanted for folder in _folders_of(path)})
    # Before there were slots the modules stood at the top.
    before = {folder.removeprefix(f"{SLOT}/") for folder in folders} - set(folders)
    present = _survey(prompt, [*folders, *sorted(before)])
    changed = [
        path
        for path, data in wanted.items()
        if present.get(path) != hashlib.sha256(data).hexdigest()
    ]
    obsolete = [path for path in present if path not in wanted and path not in _KEPT]
    if changed or obsolete:
        changed = [path for path in changed if path != MAIN] + [MAIN]
        with _without_main():
            if MAIN in present:
                prompt.run(f"import os\nos.remove({MAIN!r})")
            for folder in folders:
                _make_folder(prompt, folder)
            for path in obsolete:
                tell(_("removes {path}").format(path=path))
                prompt.run(f"import os\nos.remove({path!r})")
            for place, path in enumerate(changed, start=1):
                tell(
                    _("writes {place:>2} of {count}: {path}, {size} bytes").format(
                        place=place, count=len(changed), path=path, size=len(wanted[path])
                    )
                )
                _write(prompt, path, wanted[path])
            _verify(prompt, folders, wanted)
    return Flashed(machine, tuple(changed), tuple(obsolete), len(wanted) - len(changed))


def _folders_of(path: str) -> list[str]:
    """Return the folders on the way to a file, the outermost ("", the root) first."""
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(len(parts))]


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Turn every error inside into NotWholeError: the clip has no complete firmware. Raises NotWholeError."""
    why, reason = "", Reason.FLASH_FAILED
    try:
        yield
        return
    except PoiseError as error:
        why, reason = str(error), error.reason
    except OSError as error:  # from `tell`: a pipe whose reader has gone
        why = error.strerror or type(error).__name__
    except KeyboardInterrupt:
        why = _("broken off")
    raise NotWholeError(
        reason,
        _("{why}: the clip has no whole firmware now, and measures nothing").format(why=why),
        _("Check the cable and run the same command again; it resumes."),
    )


def _survey(prompt: Prompt, folders: list[str]) -> dict[str, str]:
    """Return path -> SHA-256 in hex of the modules on the clip."""
    lines = prompt.run(_SURVEY.format(folders=folders, suffixes=_SUFFIXES)).split("\n")
    rows = (line.strip().split(" ", 1) for line in lines if line.strip())
    return {path: digest for digest, path in rows}


def _make_folder(prompt: Prompt, folder: str) -> None:
    if folder:
        prompt.run(
            f"import os\ntry:\n os.mkdir({folder!r})\nexcept OSError as e:\n if e.errno != 17: raise"
        )


def _write(prompt: Prompt, path: str, data: bytes) -> None:
    part = path + _PART
    prompt.write_file(part, data)
    if prompt.sha256(part) != hashlib.sha256(data).digest():
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("{path} reads back other than it was written").format(path=path),
            _("Run the same command again."),
        )
    prompt.run(f"import os\nos.rename({part!r}, {path!r})")


def _verify(prompt: Prompt, folders: list[str], wanted: dict[str, bytes]) -> None:
    present = _survey(prompt, folders)
    wrong = [
        path
        for path, data in wanted.items()
        if present.get(path) != hashlib.sha256(data).hexdigest()
    ]
    if wrong:
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("{files} differ on the clip").format(files=", ".join(wrong)),
            _("Run the same command again."),
        )
