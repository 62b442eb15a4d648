"""The error for a damaged store, with the same words wherever the damage is found."""

from ..errors import PoiseError, Reason

HINT = "`poise restore` goes back to the newest whole copy, and keeps the damaged file beside it."


def damaged(what: str, where: str = "The store") -> PoiseError:
    """Return the error (STORE_BROKEN) for a store in which `what` is damaged."""
    return PoiseError(Reason.STORE_BROKEN, f"{where} is damaged: {what}", HINT)
