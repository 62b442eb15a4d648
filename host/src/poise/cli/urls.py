"""Passwords in the URL of a database server: where others could read it, it is to hold none."""

from urllib.parse import parse_qs, urlsplit

from ..errors import PoiseError, Reason
from ..language import _


def refuse_password(url: str, what: str) -> None:
    """Raise PoiseError BAD_INPUT for a URL with a password. `what`: what would hand it on, such as an option."""
    try:
        told = urlsplit(url)
        has_one = told.password is not None or "password" in parse_qs(told.query)
    except ValueError:
        return  # no URL, as the store will say
    if has_one:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{what} takes no password: others could read it there").format(what=what),
            _("Put the password into the file ~/.pgpass, and leave it out of the URL."),
        )
