"""The shell around every page, a patient's or a clinic's: head, bar, the line about a lost link, footer."""

import contextlib
from collections.abc import Callable, Iterator

from nicegui import ui

from .. import language
from ..coach import safety
from ..words import strings
from .parts import drawn, el


def icon(path: str) -> str:
    """Return a drawing of 24 × 24 by its strokes."""
    return (
        '<svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="1.8"'
        f' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="{path}"/></svg>'
    )


_BRAND = (
    '<svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><rect width="32" height="32" rx="8"'
    ' fill="var(--accent)"/><circle cx="19" cy="10" r="4.5" fill="var(--on-accent)"/><path d="M9 25c0-6 3-10 8-11"'
    ' fill="none" stroke="var(--on-accent)" stroke-width="3.4" stroke-linecap="round"/></svg>'
)

_HEAD = (
    '<script>document.documentElement.lang="{lang}"</script>'
    '<link rel="stylesheet" href="/own/poise.css"><script src="/own/link.js"></script>'
    '<script src="/own/poise.js"></script><script src="/own/pace.js"></script>'
    '<meta name="robots" content="noindex">'
)


@contextlib.contextmanager
def shell(
    title: str,
    desk: str,
    draw_bar: Callable[[], object],
    *,
    head: str = "",
    above: Callable[[], object] | None = None,
    wide: bool = False,
) -> Iterator[None]:
    """Draw a page with this heading, to be filled with `with`.

    `desk`: its name behind the heading in the browser's title. `head`: more HTML for its head. `above` draws what
    stands over all of it.
    """
    ui.add_head_html(_HEAD.format(lang=language.current()) + head)
    _one_main()
    ui.page_title(f"{title} · {desk}")
    el("a", strings.SKIP, "skip", href="#main")
    lost = {"data_gone": strings.LINK_GONE, "data_another": strings.LINK_ANOTHER, "data_none": ""}
    el("div", classes="lost", id="lost", role="alert", **lost)
    with el("div", classes="shell"):
        draw_bar()
        with el("div", classes="body"):
            if above:
                above()
            with el("main", classes="main wide" if wide else "main", id="main", tabindex="-1"):
                el("h1", title)
                yield
            with el("footer", classes="foot"):
                el("p", safety.DISCLAIMER, "small muted")


def _one_main() -> None:
    """Turn Quasar's own `main` elements into `div`, since the page draws its own."""
    for child in ui.context.client.page_container.default_slot.children:
        if child.tag == "q-page":
            child.tag = "div"


@contextlib.contextmanager
def bar(home: str, label: str, desk: str = "") -> Iterator[None]:
    """Draw a page's bar: brand, menu, colours; to be filled with the menu's items. `desk`: a word beside the brand."""
    with el("header", classes="bar"):
        with el("a", classes="brand", href=home, aria_label=label):
            drawn(_BRAND)
            el("span", strings.APP)
            if desk:
                el("span", desk, "badge desk")
        el(
            "button",
            strings.MENU,
            "button quiet menu",
            type="button",
            aria_expanded="false",
            aria_controls="nav",
            data_poise="menu",
        )
        with el("nav", classes="nav", id="nav", aria_label=strings.NAV_LABEL), el("ul"):
            yield
        _theme_switch()


def _theme_switch() -> None:
    """Draw the choice between light and dark."""
    with el("fieldset", classes="themes"):
        el("legend", strings.THEME, "small")
        with el("div", classes="segments"):
            for value, words in strings.THEMES.items():
                with el("label"):
                    el("input", type="radio", name="theme", value=value, data_poise="theme")
                    el("span", words)
