"""Context of the clinic's pages: all patients of the store, each with the context that the patient's own pages have."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

from nicegui import Client
from nicegui.slot import Slot

from ...clinic.tray import Tray
from ...coach.plan.plan import Plan
from ...errors import PoiseError, Reason
from ...guide import ClientFeed
from ...language import _
from ...store import Store
from ...timebase.clock import Clock
from ..context import PageContext, add_way


def _no_clip() -> ClientFeed:
    raise PoiseError(
        Reason.NO_CLIP, _("no clip can be reached from here"), _("Open `poise clinic`.")
    )


Deliver = Callable[[PageContext, Plan], None]


class ClinicDesk:
    """The store of all patients, the clock, and the clips that are plugged in. `tray`: None where none is watched.

    `deliver` is called with a patient's context and the plan that was just put in force, to send it to the clip. It may
    raise PoiseError: the plan then is in force, and the page says why it has not gone to the clip. `feed` makes the
    source of angles of a clip that is worn, over the air.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        tray: Tray | None = None,
        deliver: Deliver | None = None,
        feed: Callable[[], ClientFeed] = _no_clip,
    ) -> None:
        self.store = store
        self.clock = clock
        self.tray = tray
        self.deliver = deliver
        self.feed = feed
        self.therapist = ""  # the name typed last, for the next signature
        self._patients: dict[int, PageContext] = {}

    def patient(self, patient_id: int) -> PageContext:
        """Return one patient's context, opened when it is first asked for. Raises PoiseError NO_PATIENT, STORE_*."""
        if patient_id not in self._patients:
            found = self.store.patients.numbered(patient_id)
            self._patients[patient_id] = PageContext(self.store.of_patient(found), self.clock)
        return self._patients[patient_id]


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
