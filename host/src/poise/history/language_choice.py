"""The language of the browser that looked last, kept for what Poise says without one: notifications."""

from .. import language
from ..store import Store

PREFERENCE = "language"  # name among the patient's preferences


def keep_language(store: Store, tag: str, via: str, utc_ms: int) -> None:
    """Keep this language, and let the program speak it where no page and no `--lang` tells another."""
    known = store.preferences.chosen(PREFERENCE)
    if known is None or known.value != tag:
        store.preferences.choose(PREFERENCE, tag, via, utc_ms)
    language.set_default(tag)


def speak_as_kept(store: Store) -> None:
    """Let the program speak the kept language, if there is one."""
    known = store.preferences.chosen(PREFERENCE)
    if known is not None:
        language.set_default(known.value)
