"""Who may see the dashboard: the secrets of one server, and which requests show them.

Two secrets, since neither is enough. A browser sends the **cookie** by itself, but cookies know no ports: whatever else
listens on this computer's 127.0.0.1 is sent it too, once the browser goes there. The **key** is kept in the storage of
this origin, port included, and only pages of this origin send it; but it can't come with the first request of a page,
nor with a script's. So a page (`doors.door`) that tells nothing fetches the real one with the key.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

HOST = "127.0.0.1"
ENTRY = "/enter"
SOCKET = "/_nicegui_ws/"
PROOF = "/own/proof"
KEY_HEADER = "x-poise-key"
KEY_NAME = "poise-key"  # in the browser's storage, and in the socket's address
# Programs and looks, the same for everybody.
PUBLIC = ("/_nicegui/", "/own/", "/favicon.ico")
COOKIE_DAYS = 30
_TOKEN_BYTES = 32
_HTTP_PORT = 80  # browsers leave it out


class Access:
    """The secrets of one server. `told` is called with each address that lets one browser in."""

    def __init__(
        self, port: int, token: str | None = None, told: Callable[[str], None] | None = None
    ) -> None:
        # Not `localhost`: that may be [::1] as well, where another user can listen at this port, and share the origin.
        self.host = HOST if port == _HTTP_PORT else f"{HOST}:{port}"
        # Two dashboards on one computer must not take each other's.
        self.cookie = f"poise_{port}"
        self.key = secrets.token_urlsafe(_TOKEN_BYTES)
        self._token = token or secrets.token_urlsafe(_TOKEN_BYTES)
        self._session = secrets.token_urlsafe(_TOKEN_BYTES)
        self._told = told or (lambda _url: None)

    @property
    def url(self) -> str:
        """Lets one browser in, once."""
        return f"http://{self.host}{ENTRY}?token={self._token}"

    def announce(self) -> None:
        """Tells the address: from now on it is answered."""
        self._told(self.url)

    def spend(self, scope: Scope) -> bool:
        """Whether the address has the token; that is then worth nothing any more, and another one is told."""
        if not _equal(_asked(scope, "token"), self._token):
            return False
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)
        self.announce()
        return True

    def has_cookie(self, headers: Headers) -> bool:
        """Whether the request has the cookie. Others' cookies of any form, of the same name too, stand beside it."""
        return any(
            name == self.cookie and _equal(value, self._session)
            for name, value in _cookies(headers)
        )

    def has_key(self, scope: Scope, headers: Headers) -> bool:
        """Whether it has the key: a socket in its address, since a page can give it no header."""
        if scope["path"].startswith(SOCKET):
            return _equal(_asked(scope, KEY_NAME), self.key)
        return _equal(headers.get(KEY_HEADER, ""), self.key)

    def proof(self, scope: Scope) -> str:
        """Shows a page that this is the server that it came from; the answer is of no use to anybody else."""
        return hmac.new(self.key.encode(), scope["query_string"], hashlib.sha256).hexdigest()

    def let_in(self, response: Response) -> None:
        """Gives the browser its cookie."""
        response.set_cookie(
            self.cookie,
            self._session,
            max_age=COOKIE_DAYS * 24 * 3600,
            httponly=True,
            samesite="strict",
            path="/",
        )


def _cookies(headers: Headers) -> Iterator[tuple[str, str]]:
    for line in headers.getlist("cookie"):
        for each in line.split(";"):
            name, _, value = each.strip().partition("=")
            yield name, value


def _asked(scope: Scope, name: str) -> str:
    return parse_qs(scope["query_string"].decode("latin-1")).get(name, [""])[0]


def _equal(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())
