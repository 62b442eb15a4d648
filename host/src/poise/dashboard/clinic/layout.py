"""The frame around every page of the clinic: its head, the way to the list, and one patient's tabs."""

import contextlib
from collections.abc import Iterator

from nicegui import ui

from ... import language
from ...coach import safety
from ...errors import PoiseError
from ...words import clinic as words
from ...words import strings
from ..context import PageContext
from ..layout import BRAND, HEAD, icon, one_main, theme_switch
from ..parts import drawn, el, link, message
from .context import bind, desk
from .traypart import TrayView

# Address, key into words.NAV, drawing (24 × 24, strokes).
PAGES = (
    ("/clinic", "patients", "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7m-6 9c0-4 2-6 6-6s6 2 6 6M16 4a3 3 0 0 1 0 6"),
)  # fmt: skip
# End of a patient's address, key into words.TABS. A page of one patient adds itself here.
TABS: list[tuple[str, str]] = [("", "visit"), ("/plan", "plan")]
_DESK = '<script>document.documentElement.dataset.desk="clinic"</script><script src="/own/clinic.js"></script>'


def address_of(patient_id: int, tab: str = "") -> str:
    """Return the address of a patient's page."""
    return f"/clinic/patient/{patient_id}{tab}"


@contextlib.contextmanager
def frame(
    current: str, title: str, patient_id: int | None = None, *, goes: bool = False
) -> Iterator[None]:
    """Draw a page of the clinic, to be filled with `with`. `current`: a key of words.NAV, or "".

    `patient_id`: whose page it is. `goes`: it goes to the visit of a clip that is plugged in; not where something is
    typed that would be lost.
    """
    ui.add_head_html(HEAD.format(lang=language.current()) + _DESK)
    one_main()
    ui.page_title(f"{title} · {strings.APP} {words.DESK}")
    el("a", strings.SKIP, "skip", href="#main")
    gone = {"data_gone": strings.LINK_GONE, "data_another": strings.LINK_ANOTHER, "data_none": ""}
    el("div", classes="lost", id="lost", role="alert", **gone)
    with el("div", classes="shell"):
        _bar(current)
        with el("div", classes="body"):
            with el("main", classes="main wide", id="main", tabindex="-1"):
                el("h1", title)
                TrayView(patient_id, goes=goes).show()
                yield
            with el("footer", classes="foot"):
                el("p", safety.DISCLAIMER, "small muted")


@contextlib.contextmanager
def patient_frame(
    patient_id: int, current: str, *, goes: bool = False
) -> Iterator[PageContext | None]:
    """Draw a page about one patient, to be filled with `with`; `current`: a key of words.TABS. `goes` as in `frame`.

    Yields the patient's context, which `context()` also returns on this page; None, with a line that says why, when
    there is no such patient.
    """
    try:
        here = desk().patient(patient_id)
        here.store.audit.put("opened", here.clock.utc_ms())
    except PoiseError as error:
        with frame("", words.NO_PATIENT):
            message(error.told, "warm")
            link(words.TO_LIST, "/clinic", "button")
            yield None
        return
    bind(ui.context.client, here)
    with frame("", here.store.patient.name, patient_id, goes=goes):
        with el("nav", classes="row spans", aria_label=words.TABS_LABEL):
            for end, key in TABS:
                at = "page" if key == current else None
                look = "button primary" if at else "button"
                link(words.TABS[key], address_of(patient_id, end), look, aria_current=at)
        yield here


def _bar(current: str) -> None:
    with el("header", classes="bar"):
        with el("a", classes="brand", href="/clinic", aria_label=words.HOME):
            drawn(BRAND)
            el("span", strings.APP)
            el("span", words.DESK, "badge desk")
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
            for to, key, path in PAGES:
                here = "page" if key == current else None
                with el("li"), el("a", href=to, aria_current=here):
                    drawn(icon(path))
                    el("span", words.NAV[key])
        theme_switch()
