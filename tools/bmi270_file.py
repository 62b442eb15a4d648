"""Writes the file that a BMI270 needs, to be put on a clip beside `main.py`.

    python -m tools.bmi270_file bmi270.bin
    mpremote connect PORT fs cp bmi270.bin :bmi270.bin

It is Bosch's; the extra `bmi270` installs the package that has it.
"""

import sys
from pathlib import Path

from poise.build.bmi270_file import bmi270_file
from poise.errors import PoiseError


def main() -> int:
    """Write the file that is named, and return the exit code."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        Path(sys.argv[1]).write_bytes(bmi270_file())
    except (PoiseError, OSError) as error:
        print(error, getattr(error, "hint", ""), sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
