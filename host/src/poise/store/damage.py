"""What is said of a damaged store, the same wherever it is found."""

from ..errors import PoiseError, Reason

HINT = "`poise restore` goes back to the newest whole copy, and keeps the damaged file beside it."


def damaged(what: str, where: str = "The store") -> PoiseError:
    """The error for a store of which `what` is not as it was written."""
    return PoiseError(Reason.STORE_BROKEN, f"{where} is damaged: {what}", HINT)
