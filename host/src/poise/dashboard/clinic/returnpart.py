"""The part that takes the patient's clip back: asks once more, wipes it, and shows the receipt."""

from pathlib import Path

from nicegui.element import Element

from ...errors import PoiseError
from ...language import _, formats
from ...wear import receipt as receipts
from ...words import clinic as words
from ..context import PageContext
from ..parts import bullets, button, el, message
from .context import desk


class Return:
    """Takes one patient's clip back. `folder`: the data folder, where the receipt goes."""

    def __init__(self, here: PageContext, folder: Path) -> None:
        self._here = here
        self._folder = folder
        self._place: Element | None = None

    def show(self) -> None:
        """Draw the button."""
        self._place = el("div", classes="stack", id="return", role="status")
        self._draw()

    def _draw(self, trouble: str = "") -> None:
        assert self._place is not None
        self._place.clear()
        with self._place:
            if trouble:
                message(trouble, "warm")
            with el("div", classes="row"):
                button(words.RETURN, self._ask, id="return-ask")

    def _ask(self) -> None:
        assert self._place is not None
        self._place.clear()
        with self._place:
            parts = ", ".join(_(part) for part in receipts.WIPED)
            el("p", words.RETURN_ASK.format(parts))
            with el("div", classes="row"):
                button(words.RETURN_YES, self._take_back, "primary", id="return-yes")
                button(words.RETURN_NO, self._draw, id="return-no")

    async def _take_back(self) -> None:
        tray = desk().tray
        assert self._place is not None and tray is not None
        self._place.clear()
        with self._place:
            el("p", words.RETURN_BUSY)
        try:
            receipt = await tray.take_back(self._here.store.patient_id)
            path = self._kept(receipt)
            receipt.check()
        except PoiseError as error:
            self._draw(error.told)
            return
        self._place.clear()
        with self._place:
            message(words.RETURN_DONE)
            bullets(receipts.lines(receipt, self._moment))
            el("p", words.RETURN_KEPT.format(path), "small muted")

    def _kept(self, receipt: receipts.Receipt) -> Path:
        """Write the receipt into the data folder. Raises PoiseError if it can't be written."""
        stamp = f"{self._here.local(receipt.returned_utc_ms):%Y-%m-%d-%H%M%S}"
        path = self._folder / receipts.receipt_name(receipt, stamp)
        receipts.keep(receipt, path, words.RETURN_NOT_KEPT)
        return path

    def _moment(self, utc_ms: int) -> str:
        return formats.moment(self._here.local(utc_ms))
