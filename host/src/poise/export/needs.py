"""Libraries that an export needs and a plain installation lacks."""

import importlib
from types import ModuleType

from ..errors import PoiseError, Reason
from ..installed import add
from ..language import _


def library(name: str, extra: str) -> ModuleType:
    """Import a library of an extra. Raises PoiseError MISSING_EXTRA that says how to install it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            _("this needs {name}, which is not installed").format(name=name.partition(".")[0]),
            add(extra),
        ) from error
