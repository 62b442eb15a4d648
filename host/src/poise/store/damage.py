"""The errors for a store that is damaged or of a newer Poise, with the same words wherever they are found."""

from ..errors import PoiseError, Reason
from ..installed import update
from ..language import N_, _
from .schema import HEAD

HINT = N_(
    "`poise restore` goes back to the newest whole copy, and keeps the damaged file beside it."
)


def damaged(what: str, where: str = "") -> PoiseError:
    """Return the error (STORE_BROKEN) for a store in which `what` is damaged. `where`: its file, "": the store."""
    where = where or _("The store")
    return PoiseError(
        Reason.STORE_BROKEN, _("{where} is damaged: {what}").format(where=where, what=what), _(HINT)
    )


def newer(name: str, revision: str) -> PoiseError:
    """Return the error (STORE_BROKEN) for a store whose schema has a revision that this Poise does not know."""
    return PoiseError(
        Reason.STORE_BROKEN,
        _("{name} was made by a newer Poise (schema {revision}; this one knows {known}).").format(
            name=name, revision=revision, known=HEAD
        ),
        update(),
    )
