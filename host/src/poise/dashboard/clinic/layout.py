"""The frame around every page of the clinic: its head, the way to the list, and one patient's tabs."""

import contextlib
from collections.abc import Iterator

from nicegui import ui

from ...errors import PoiseError
from ...words import clinic as words
from ...words import strings
from ..context import PageContext
from ..parts import drawn, el, link, message
from ..shell import bar, icon, shell
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
    name = f"{strings.APP} {words.DESK}"
    with shell(title, name, lambda: _bar(current), head=_DESK, wide=True):
        TrayView(patient_id, goes=goes).show()
        yield


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
    with bar("/clinic", words.HOME, words.DESK):
        for to, key, path in PAGES:
            here = "page" if key == current else None
            with el("li"), el("a", href=to, aria_current=here):
                drawn(icon(path))
                el("span", words.NAV[key])
