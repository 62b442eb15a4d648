"""Runs the `poise` command as users run it."""

import os
import subprocess
from pathlib import Path

from poise.cli import EXIT_STATUS
from poise.errors import Reason

NO_BUS = "unix:path=/nonexistent/bus"


def environment(data: Path, **more: str) -> dict[str, str]:
    """Nothing of the machine that runs the tests: its own data folder and no Bluetooth."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("POISE_")}
    return {
        **kept,
        "POISE_DATA": str(data),
        "DBUS_SYSTEM_BUS_ADDRESS": NO_BUS,
        "COLUMNS": "200",
        "LANGUAGE": "en_GB",
        **more,
    }


def refused(done: subprocess.CompletedProcess[str], reason: Reason) -> str:
    """The one line of a failed run."""
    assert done.returncode == EXIT_STATUS[reason], done.stderr
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("poise: ")
    return line
