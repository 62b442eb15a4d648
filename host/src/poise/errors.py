"""One error root for the host tool. Only `poise.cli` turns an error into print and exit status."""

from enum import StrEnum


class Reason(StrEnum):
    """Why it failed, for code; the message says it for people."""

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


class PoiseError(Exception):
    """What went wrong, in one line, and what to do about it.

    `str(error)` is the line; `hint` is the cure, a sentence to act on; `reason` is for code.
    """

    def __init__(self, reason: Reason, message: str, hint: str, detail: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.hint = hint
        self.detail = detail  # what a clip added to its refusal

    @property
    def told(self) -> str:
        """The error and its cure, each a sentence."""
        return f"{str(self).rstrip('.')}. {self.hint}"
