"""Access to the dashboard: the secrets of one server, and the check of a request for them.

There are two secrets, since neither is enough. A browser sends the **cookie** by itself, but cookies know no
ports: any other server on this computer's 127.0.0.1 gets the cookie, too, once the browser visits it. The **key**
is in the storage of this origin, port included, and only pages of this origin send it. But neither the first
request of a page nor a script's can carry it. So a page without any data (`doors.door`) fetches the real page with
the key.
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
# Scripts and styles, the same for everybody.
PUBLIC = ("/_nicegui/", "/own/", "/favicon.ico")
COOKIE_DAYS = 30
_TOKEN_BYTES = 32
_HTTP_PORT = 80  # browsers leave this port out of the address


class Access:
    """The secrets of one server, which listens at `port`. Calls `told` with each address that lets one browser in.

    `token`: the secret of the first such address; None draws a random one. `home`: path of the first page.
    """

    def __init__(
        self,
        port: int,
        token: str | None = None,
        told: Callable[[str], None] | None = None,
        home: str = "/",
    ) -> None:
        # Not `localhost`, which may also be [::1]: there another user can listen at this port and share the origin.
        self.host = HOST if port == _HTTP_PORT else f"{HOST}:{port}"
        # Two dashboards on one computer need cookies of their own.
        self.cookie = f"poise_{port}"
        self.home = home
        self.key = secrets.token_urlsafe(_TOKEN_BYTES)
        self._token = token or secrets.token_urlsafe(_TOKEN_BYTES)
        self._session = secrets.token_urlsafe(_TOKEN_BYTES)
        self._told = told or (lambda _url: None)

    @property
    def url(self) -> str:
        """Address that lets one browser in, once."""
        return f"http://{self.host}{ENTRY}?token={self._token}"

    def announce(self) -> None:
        """Pass the address to `told`: from now on the server answers it."""
        self._told(self.url)

    def spend(self, scope: Scope) -> bool:
        """Return True if the address has the token.

        The token is then used up, and `told` gets an address with a new one.
        """
        if not _equal(_asked(scope, "token"), self._token):
            return False
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)
        self.announce()
        return True

    def has_cookie(self, headers: Headers) -> bool:
        """True if the request has the cookie, among any cookies of other servers, even of the same name."""
        return any(
            name == self.cookie and _equal(value, self._session)
            for name, value in _cookies(headers)
        )

    def has_key(self, scope: Scope, headers: Headers) -> bool:
        """True if the request has the key. A socket has it in its address, since a page can give it no header."""
        if scope["path"].startswith(SOCKET):
            return _equal(_asked(scope, KEY_NAME), self.key)
        return _equal(headers.get(KEY_HEADER, ""), self.key)

    def proof(self, scope: Scope) -> str:
        """Return an answer that proves to a page that this is the server it came from.

        Nobody else can use the answer.
        """
        return hmac.new(self.key.encode(), scope["query_string"], hashlib.sha256).hexdigest()

    def let_in(self, response: Response) -> None:
        """Give the browser its cookie."""
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
