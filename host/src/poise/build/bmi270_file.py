"""The file of Bosch that a BMI270 needs at each start. It is no part of Poise: a package of PyPI has it.

Bosch gives it away in its BMI270_SensorAPI under the BSD-3-Clause licence.
"""

import hashlib

from ..errors import PoiseError, Reason
from ..installed import add
from ..language import _

NAME = "bmi270.bin"  # on the clip, beside `main.py`
BYTES = 8192
SHA256 = "2d75e68e343a13ff99be98261dfbd99d9e8c6f267da9e3c5aeb883276ad178db"


def bmi270_file() -> bytes:
    """Return the file. Raises PoiseError (MISSING_EXTRA): no package, or one with another file."""
    try:
        from bmi270.config_file import bmi270_config_file
    except ImportError:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            _("the file that a BMI270 needs is not installed"),
            add("bmi270"),
        ) from None
    data = bytes(bmi270_config_file)
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            _("the package bmi270 has another file than the one that Poise was tried with"),
            add("bmi270"),
        )
    return data
