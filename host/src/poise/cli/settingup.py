"""What this computer gives to the page that sets Poise up (`setup.acts.Means`)."""

from ..clip.client import ClipClient
from ..clip.transport.ble import SCAN_S, BleTransport, Found, find, scan
from ..clip.windows import SEARCH_S
from ..errors import PoiseError, Reason
from ..notify import Notice
from ..notify.desktop import DesktopWay
from ..setup.acts import Means, Setup
from ..store import Store
from ..wear import Runner
from ..wear.install import carry_out, install, is_installed
from ..wear.install.entry import entering
from ..words import setup as words
from .context import bonds_file, clock, hci, twin_process
from .install import this_entry
from .wearadmin import service_to_install, this_service

_OTHERS_S = 1.0


def new_setup(runner: Runner, store: Store) -> Setup:
    """Return what leads a new user, over this runner."""
    virtual = twin_process()
    return Setup(
        store,
        clock(),
        runner,
        Means(
            look=_look,
            client=_pairing_client,
            install=_install,
            installed=lambda: is_installed(this_service()),
            notify=_Sample().show,
            hold_button=virtual.hold_button if virtual else None,
        ),
    )


async def _look() -> list[Found]:
    """Return the clips around: those that are heard within a moment after the first one."""
    try:
        first = await find(None, SCAN_S, hci())
    except PoiseError as error:
        if error.reason is not Reason.NO_CLIP:
            raise
        return []
    return await scan(_OTHERS_S, hci()) or [first]


def _pairing_client(wanted: str | None) -> ClipClient:
    link = BleTransport(wanted, hci(), SEARCH_S, keys=bonds_file(), anew=True)
    return ClipClient(link, clock())


def _install(wanted: str | None) -> None:
    """Make Poise start at each login, and put it among the user's programs."""
    carry_out(entering(this_entry()))
    install(service_to_install(*(("--clip", wanted) if wanted else ())))


class _Sample:
    """A test notification. It is no reminder, so no answer to it counts."""

    def __init__(self) -> None:
        self._way: DesktopWay | None = None  # kept: it lives as long as its notification

    async def show(self) -> None:
        """Show it. Raises PoiseError NO_DATA where the desktop shows none."""
        self._way = self._way or DesktopWay(lambda _number, _answer, _via: None)
        await self._way.notify(Notice(0, words.REMIND_TEST_TITLE, words.REMIND_TEST_TEXT))
