"""The error for a damaged store, with the same words wherever the damage is found."""

from ..errors import PoiseError, Reason
from ..language import N_, _

HINT = N_(
    "`poise restore` goes back to the newest whole copy, and keeps the damaged file beside it."
)


def damaged(what: str, where: str = "") -> PoiseError:
    """Return the error (STORE_BROKEN) for a store in which `what` is damaged. `where`: its file, "": the store."""
    where = where or _("The store")
    return PoiseError(
        Reason.STORE_BROKEN, _("{where} is damaged: {what}").format(where=where, what=what), _(HINT)
    )
