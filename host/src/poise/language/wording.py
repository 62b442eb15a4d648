"""Modules whose texts are in the reader's language: `strings.TITLE` is translated at the moment it is read.

A module of `poise.words` ends with `wording.translate(__name__)`. Whoever imports the module and reads a text as its
attribute then gets it in the current language; so `from ...words.strings import TITLE` would keep one language for
ever. Within the module itself names are read without this, so its functions use `_`.
"""

import sys
from types import ModuleType
from typing import Any

from . import _, translations


class Wording(ModuleType):
    """A module whose public texts are translated when they are read: a text, and those of a dict, tuple or list."""

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        # English is the text itself, and a text is read many times a second.
        return value if name.startswith("_") or translations() is None else in_language(value)


def translate(module: str) -> None:
    """Make the module of this name one whose texts are translated when they are read."""
    sys.modules[module].__class__ = Wording


def in_language(value: Any) -> Any:
    """Return `value` with its texts in the current language. The keys of a dict stay, and so does what is no text."""
    if isinstance(value, str):
        return _(value)
    if type(value) is dict:
        return {key: in_language(each) for key, each in value.items()}
    if type(value) is tuple or type(value) is list:
        return type(value)(in_language(each) for each in value)
    return value
