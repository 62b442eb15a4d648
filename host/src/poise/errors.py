"""Root of the host tool's errors. Only `poise.cli` prints an error and turns it into an exit status."""

from enum import StrEnum


class Reason(StrEnum):
    """Cause of an error, for code to compare. The error's message is for people."""

    NO_ADAPTER = "no-adapter"
    NO_CLIP = "no-clip"
    FOREIGN_DEVICE = "foreign-device"
    WRONG_VERSION = "wrong-version"
    LINK_LOST = "link-lost"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    BAD_MESSAGE = "bad-message"
    BAD_LOG = "bad-log"
    BAD_PLAN = "bad-plan"
    NO_PLAN = "no-plan"
    STORE_UNWRITABLE = "store-unwritable"
    STORE_FULL = "store-full"
    STORE_BROKEN = "store-broken"
    MISSING_EXTRA = "missing-extra"
    NO_VM = "no-vm"
    TWIN_FAILED = "twin-failed"
    FLASH_FAILED = "flash-failed"
    BAD_INPUT = "bad-input"
    NO_DATA = "no-data"
    NOT_PAIRED = "not-paired"
    ON_HOLD = "on-hold"  # a stop that only the therapist ends
    ALREADY_RUNS = "already-runs"
    NO_PATIENT = "no-patient"  # none is named, or not there
    OTHER_PATIENT = "other-patient"  # it is with another patient, or nobody has said with whom
    # A letter that is refused.
    LETTER_FORGED = "letter-forged"  # its signature is not that of its writer
    LETTER_OLD = "letter-old"  # a later one was taken
    LETTER_FOREIGN = "letter-foreign"  # for or from another patient, hand-out, clinic or clip
    LETTER_KEY = "letter-key"  # its writer has another key than before, and nobody has confirmed it
    LETTER_DAMAGED = "letter-damaged"  # cut or changed
    LETTER_NEWER = "letter-newer"  # of a newer Poise
    LETTER_TOO_BIG = "letter-too-big"


class PoiseError(Exception):
    """An error with a message and a remedy.

    `str(error)` is the message, one line. `hint` is the remedy, a sentence that says what to do. `reason` is for code.
    `detail` is the number that a clip added to its refusal; None for any other error.
    """

    def __init__(self, reason: Reason, message: str, hint: str, detail: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.hint = hint
        self.detail = detail

    @property
    def told(self) -> str:
        """The message and the remedy, each a sentence."""
        return f"{str(self).rstrip('.')}. {self.hint}"
