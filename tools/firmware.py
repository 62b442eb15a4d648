"""Builds the firmware's bundles for every board, twice, and tells what each module costs. `make firmware` runs it.

    python -m tools.firmware                      not signed: anybody gets these bytes from these sources
    python -m tools.firmware --key release.key    and signed

The second build runs in a process with another hash seed, time zone and folder; a bundle of other bytes is a fault.
A bundle holds no time, so SOURCE_DATE_EPOCH has nothing to set. Sizes stand beside those of the last release, which
`make release` keeps in docs/firmware.json.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poise import __version__
from poise.build import signed
from poise.build.bundle import BOARDS, arch_for, board_name, slot_files
from poise.cli.release import signer_of
from poise.errors import PoiseError

from .mpy import instructions

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "docs/firmware.json"
OUT = ROOT / "dist"
CHIP_BOARDS = tuple(board for board in BOARDS if board != "twin")
_OTHER_WORLD = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "LC_ALL": "C"}

Sizes = dict[str, tuple[int, int]]  # path in the slot -> bytes, instructions


@dataclass(frozen=True)
class Built:
    """The bundle of a board, without a signature, and what each of its modules costs."""

    board: str
    arch: str
    data: bytes
    sizes: Sizes

    @property
    def sha256(self) -> str:
        """The bundle's SHA-256 in hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


def build(board: str) -> Built:
    """Compile the firmware of a board for its chip. Raises PoiseError."""
    arch = arch_for(board, None)
    assert arch  # a chip's board is compiled
    files = slot_files(board, arch)
    number = signed.build_of(__version__)
    data = signed.make(files, __version__, number, board_name(board), None, arch)
    sizes = {path: (len(one), instructions(one, arch)) for path, one in files.items()}
    return Built(board, arch, data, sizes)


def bundle_path(folder: Path, board: str) -> Path:
    """Return the file of a board's bundle."""
    return folder / f"poise-{__version__}-{board}.poise"


def hashes_elsewhere(boards: Sequence[str]) -> dict[str, str]:
    """Build in another process, as different as may be; return board -> SHA-256."""
    with tempfile.TemporaryDirectory(prefix="poise-other-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tools.firmware", "--hashes", *_named(boards)],
            env={**os.environ, **_OTHER_WORLD, "PYTHONPATH": _python_path(), "TMPDIR": folder},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def _named(boards: Sequence[str]) -> list[str]:
    return [word for board in boards for word in ("--board", board)]


def _python_path() -> str:
    return os.pathsep.join([str(ROOT / "host/src"), str(ROOT), os.environ.get("PYTHONPATH", "")])


def record(built: list[Built]) -> dict[str, Any]:
    """Return what docs/firmware.json keeps of a release."""
    return {
        "version": __version__,
        "boards": {
            one.board: {"arch": one.arch, "sha256": one.sha256, "modules": one.sizes}
            for one in built
        },
    }


def write_record(built: list[Built], path: Path = RECORD) -> None:
    """Keep what this release costs, for the next one to be compared with."""
    path.write_text(json.dumps(record(built), indent=1) + "\n", encoding="utf-8")


def last_release(path: Path) -> dict[str, Any]:
    """Return what `write_record` kept; before the first release, no version and no board."""
    return json.loads(path.read_text(encoding="utf-8"))


def table(built: Built, last: dict[str, Any]) -> list[str]:
    """Return the lines that tell what each module of a board costs, and what it has cost in the last release."""
    before: dict[str, list[int]] = last["boards"].get(built.board, {}).get("modules", {})
    lines = [
        f"{f'{built.board} ({built.arch})':<28}{'bytes':>10}{'':>9}{'instructions':>14}{'':>9}"
    ]
    lines += [
        _row(path, built.sizes.get(path, (0, 0)), before.get(path, (0, 0)), bool(before))
        for path in sorted({*built.sizes, *before})
    ]
    totals = [
        [sum(column) for column in zip(*rows.values(), strict=True)]
        for rows in (built.sizes, before)
    ]
    return [*lines, _row("all", totals[0], totals[1] or (0, 0), bool(before))]


def _row(
    name: str,
    now: Sequence[int],
    before: Sequence[int],
    compared: bool,
) -> str:
    cells = [f"{name:<28}"]
    for width, one, other in zip((10, 14), now, before, strict=True):
        change = f"{one - other:+,}" if compared and one != other else ""
        cells.append(f"{one:>{width},}{change:>9}")
    return "".join(cells).rstrip()


def main(arguments: list[str], tell: Callable[[str], object] = print) -> int:
    """Build, compare, tell and sign; return the exit status."""
    asked = _asked(arguments)
    try:
        signer = signer_of(asked.key, asked.trust, asked.passphrase_file) if asked.key else None
        built = [build(board) for board in asked.board or CHIP_BOARDS]
        if asked.hashes:
            tell(json.dumps({one.board: one.sha256 for one in built}))
            return 0
        here = {one.board: one.sha256 for one in built}
        if hashes_elsewhere(list(here)) != here:
            tell(
                "The second build has other bytes than the first. This is a fault of the build: nothing is written."
            )
            return 1
        if asked.record:
            write_record(built)
            return 0
        last = last_release(asked.last)
        asked.out.mkdir(parents=True, exist_ok=True)
        for one in built:
            data = signed.sign(signed.read(one.data), *signer) if signer else one.data
            path = bundle_path(asked.out, one.board)
            path.write_bytes(data)
            tell("\n".join(table(one, last)))
            tell(f"{path}: {len(data):,} bytes, {'signed' if signer else 'not signed'}")
            tell(f"SHA-256 without a signature: {one.sha256}\n")
        tell("Built twice, in two processes: the same bytes.")
        tell(
            f"Compared with {last['version']}."
            if last["version"]
            else "There is no release yet to compare with."
        )
    except PoiseError as error:
        tell(error.told)
        return 1
    return 0


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Build the firmware's bundles.")
    parser.add_argument(
        "--board", action="append", choices=CHIP_BOARDS, help="only this board; may be repeated"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the bundles")
    parser.add_argument("--key", type=Path, help="sign with this private key")
    parser.add_argument("--trust", type=Path, help="the key's public file; else the one beside it")
    parser.add_argument(
        "--passphrase-file", type=Path, help="file whose first line is the passphrase"
    )
    parser.add_argument(
        "--hashes", action="store_true", help="only print the SHA-256 of each board's bundle"
    )
    parser.add_argument(
        "--last", type=Path, default=RECORD, help="what a release kept, to be compared with"
    )
    parser.add_argument("--record", action="store_true", help=f"only write {RECORD.name}")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
