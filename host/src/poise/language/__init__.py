"""The language of each text that a user reads: which one it is, and the text in it.

Texts stand in the code in English (en-GB) and are gettext's message ids. `_("...")` translates a text that stands
within a function. A text that stands at the top of a module of `poise.words` is translated when it is read there
(`wording`). Without a translation the English text stays.

A language is a tag such as "en-GB" or "de-CH" (BCP 47): its first part chooses the words, the whole of it the dates,
the clock and the numbers (`formats`).
"""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from gettext import NullTranslations
from typing import ParamSpec, TypeVar

from ..errors import PoiseError, Reason
from .tags import ENGLISH, closest, languages

__all__ = [
    "ENGLISH",
    "N_",
    "_",
    "add_way",
    "choose",
    "current",
    "ngettext",
    "set_default",
    "speaking",
    "spoken",
]

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_here: ContextVar[str | None] = ContextVar("poise_language", default=None)
_ways: list[Callable[[], str | None]] = []
_default = ENGLISH
_chosen: str | None = None


def current() -> str:
    """Return the tag of the language that texts are in now.

    It is that of `speaking`, else that which the user has chosen (`choose`), else that which a way tells (`add_way`),
    else the program's (`set_default`).
    """
    told = _here.get() or _chosen
    return told or next((tag for way in _ways if (tag := way())), None) or _default


def set_default(tag: str) -> None:
    """Set the program's language. A tag in which Poise has no words becomes English."""
    global _default
    _default = closest([tag]) or ENGLISH


def choose(tag: str | None) -> None:
    """Set the language that the user has chosen (`--lang`), whatever a browser wishes; None: no choice.

    Raises PoiseError BAD_INPUT for a tag in which Poise has no words.
    """
    global _chosen
    found = None if tag is None else closest([tag])
    if tag is not None and found is None:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("Poise has no words in '{tag}'").format(tag=tag),
            _("It has: {languages}.").format(languages=", ".join(languages())),
        )
    _chosen = found


def add_way(way: Callable[[], str | None]) -> None:
    """Let `way` tell the language where it knows better than the program: the page that is drawn. None: it does not."""
    if way not in _ways:
        _ways.append(way)


@contextlib.contextmanager
def speaking(tag: str | None = None) -> Iterator[None]:
    """Let all texts within the `with` be in this language. A tag in which Poise has no words becomes English.

    None: the present language, for a thread or a task that begins within and knows no page.
    """
    token = _here.set(current() if tag is None else closest([tag]) or ENGLISH)
    try:
        yield
    finally:
        _here.reset(token)


def spoken(call: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Return `call` in the present language, whenever and wherever it is called: that of the page that asks for it."""
    tag = current()

    def speak(*given: _Given.args, **named: _Given.kwargs) -> _Result:
        token = _here.set(tag)
        try:
            return call(*given, **named)
        finally:
            _here.reset(token)

    return speak


def _(text: str) -> str:
    """Return `text` in the current language."""
    catalogue = translations()
    # gettext would answer an empty text with the head of its catalogue.
    return catalogue.gettext(text) if catalogue and text else text


def ngettext(one: str, many: str, count: float) -> str:
    """Return the text for `count` things in the current language, its placeholders still in it."""
    catalogue = translations()
    if catalogue is None:
        return one if count == 1 else many
    # The plural rules are those of whole numbers; a fraction takes the plural of most languages.
    return catalogue.ngettext(one, many, int(count) if count == int(count) else 2)


def N_(text: str) -> str:
    """Mark a text that is translated later, by `_`. Returns it as it is."""
    return text


def translations() -> NullTranslations | None:
    """Return the translations of the current language, None for English."""
    language = current().partition("-")[0]
    if language == "en":
        return None
    from .catalogue import catalogue

    return catalogue(language)
