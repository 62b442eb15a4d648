"""Context of the clinic's pages: all patients of the store, each with the context that the patient's own pages have."""

from collections.abc import Callable
from pathlib import Path
from weakref import WeakKeyDictionary

from nicegui import Client
from nicegui.slot import Slot

from ...clinic.tray import Posted, Tray
from ...errors import PoiseError, Reason
from ...guide import ClientFeed
from ...language import _
from ...store import Store
from ...timebase.clock import Clock
from ...words import letters as words
from ..context import PageContext, add_way


def _no_clip() -> ClientFeed:
    raise PoiseError(
        Reason.NO_CLIP, _("no clip can be reached from here"), _("Open `poise clinic`.")
    )


class ClinicDesk:
    """The store of all patients, the clock, and the clips that are plugged in. `tray`: None where none is watched.

    `folder`: the data folder, which has the keys of the letters; None where none are written. `feed` makes the source
    of angles of a clip that is worn, over the air.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        tray: Tray | None = None,
        folder: Path | None = None,
        feed: Callable[[], ClientFeed] = _no_clip,
    ) -> None:
        self.store = store
        self.clock = clock
        self.tray = tray
        self.folder = folder
        self.feed = feed
        self.therapist = ""  # the name typed last, for the next signature
        self.said: dict[int, list[str]] = {}  # what a patient's next page is to say, once
        self._patients: dict[int, PageContext] = {}

    def patient(self, patient_id: int) -> PageContext:
        """Return one patient's context, opened when it is first asked for. Raises PoiseError NO_PATIENT, STORE_*."""
        if patient_id not in self._patients:
            found = self.store.patients.numbered(patient_id)
            self._patients[patient_id] = PageContext(self.store.of_patient(found), self.clock)
        return self._patients[patient_id]

    async def deliver(self, here: PageContext) -> str:
        """Send what was decided to the patient's clip. Return in words where it is, or why it has not gone."""
        try:
            found = await self.tray.send(here.store.patient_id) if self.tray else Posted.LATER
        except PoiseError as error:
            return words.NOT_SENT.format(error.told)
        return words.POSTED[found.value]


_shown: list[ClinicDesk] = []
_of_page: WeakKeyDictionary[Client, PageContext] = WeakKeyDictionary()


def desk() -> ClinicDesk:
    """Return the desk that the clinic's pages use now."""
    return _shown[-1]


def show(working_with: ClinicDesk) -> None:
    """Set the desk that the clinic's pages use from now on."""
    _shown[:] = [working_with]
    add_way(_patient_of_page)


def bind(client: Client, patient: PageContext) -> None:
    """Let this browser page be about one patient: parts of the patient's own pages then show that patient."""
    _of_page[client] = patient


def _patient_of_page() -> PageContext | None:
    stack = Slot.get_stack()
    return _of_page.get(stack[-1].parent.client) if stack else None
