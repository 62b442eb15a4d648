"""Reading of the clip's flash image from outside: the real littlefs mounts it, no firmware runs.

This is the twin's third witness: the log on flash, whatever the links delivered.
"""

import subprocess
from pathlib import Path

from ...errors import PoiseError, Reason
from ...wire import codec
from ...wire.errors import WireError
from ..machine.vm import Vm

SCRIPT = Path(__file__).parent / "scripts" / "dump_flash.py"


def dump(vm: Vm, image: Path, target: Path) -> None:
    """Copy every file of the littlefs `image` into the new folder `target`.

    Raises PoiseError (TWIN_FAILED) when the image does not mount.
    """
    target.mkdir(parents=True)
    command = [*vm.argv, str(SCRIPT), str(image), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
        raise PoiseError(
            Reason.TWIN_FAILED,
            f"the flash image does not mount: {last[0]}",
            "Start the twin afresh.",
        )


def records_in(folder: Path) -> dict[int, bytes]:
    """Return sequence number -> raw record, of all intact records in the log's files below `folder`."""
    found: dict[int, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "log" in path.relative_to(folder).parts[0]:
            found.update(_records(path.read_bytes()))
    return found


def _records(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        try:
            record, end = codec.parse_record(data, at)
        except WireError:
            return found  # a torn tail: no later record is complete
        found[record["seq"]] = data[at:end]
        at = end
    return found
