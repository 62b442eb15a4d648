"""Passwords in the URL of a database server: where others could read it, it is to hold none."""

import re

from ..errors import PoiseError, Reason
from ..language import _

# user:password@host, as SQLAlchemy takes a URL apart; and libpq's own word behind the `?`
_PASSWORD = re.compile(r"://[^/@]*:[^@]*@|[?&]password=", re.IGNORECASE)


def refuse_password(url: str, what: str) -> None:
    """Raise PoiseError BAD_INPUT for a URL with a password. `what`: what would hand it on, such as an option."""
    if _PASSWORD.search(url):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{what} takes no password: others could read it there").format(what=what),
            _("Put the password into the file ~/.pgpass, and leave it out of the URL."),
        )
