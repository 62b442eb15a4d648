"""Who may see the dashboard: a token in the address once, a cookie from then on, and nobody from another site.

What it keeps out: other users and programs of this computer (token), pages of other sites that a browser has open
(Origin, SameSite, Host against DNS rebinding), and any request to elsewhere (Content-Security-Policy).
"""

import hmac
import secrets
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import strings

HOST = "127.0.0.1"
ENTRY = "/enter"
COOKIE_DAYS = 30
_TOKEN_BYTES = 32
_POLICY_VIOLATION = 1008  # of a websocket
_SAFE_METHODS = {"GET", "HEAD"}


class Access:
    """The secrets of one server. `told` is called with each address that lets one browser in."""

    def __init__(
        self, port: int, token: str | None = None, told: Callable[[str], None] | None = None
    ) -> None:
        self.hosts = {f"{HOST}:{port}", f"localhost:{port}"}
        # Cookies know no ports: two dashboards on one computer must not take each other's.
        self.cookie = f"poise_{port}"
        self._port = port
        self._token = token or secrets.token_urlsafe(_TOKEN_BYTES)
        self._session = secrets.token_urlsafe(_TOKEN_BYTES)
        self._told = told or (lambda _url: None)
        self._told(self.url)

    @property
    def url(self) -> str:
        """Lets one browser in, once."""
        return f"http://{HOST}:{self._port}{ENTRY}?token={self._token}"

    def spend(self, token: str) -> bool:
        """Whether this is the token; it is then worth nothing any more, and another one is told."""
        if not _equal(token, self._token):
            return False
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._told(self.url)
        return True

    def knows(self, headers: Headers) -> bool:
        """Whether the request has the cookie."""
        try:
            jar = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        return self.cookie in jar and _equal(jar[self.cookie].value, self._session)

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


class Guard:
    """ASGI middleware around everything, static files too."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what may pass; answers the rest."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        guarded = _with_headers(send, headers.get("host", ""))
        if refusal is not None:
            await refusal(scope, receive, guarded)
        elif scope["path"] == ENTRY:
            await self._entry(scope)(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if host not in self._access.hosts:
            return PlainTextResponse(strings.REFUSED_HOST, 421)
        origin = headers.get("origin")
        needs_origin = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if origin != f"http://{host}" and (needs_origin or origin is not None):
            return PlainTextResponse(strings.REFUSED_ORIGIN, 403)
        if scope["path"] == ENTRY or self._access.knows(headers):
            return None
        return HTMLResponse(_page(strings.REFUSED_TITLE, strings.REFUSED_TOKEN), 401)

    def _entry(self, scope: Scope) -> Response:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not self._access.spend(given):
            if self._access.knows(Headers(scope=scope)):
                return HTMLResponse(_onward())  # an old address in a browser that is in already
            return HTMLResponse(_page(strings.REFUSED_TITLE, strings.REFUSED_TOKEN), 401)
        # Not a redirect: after a click in another site's page, Strict keeps the cookie out of that one.
        response = HTMLResponse(_onward())
        self._access.let_in(response)
        return response


def content_policy(host: str) -> str:
    """Content-Security-Policy of a page on this host: nothing from elsewhere, and no frame around it.

    NiceGUI's page has inline scripts, and Vue compiles its templates: hence the two `unsafe-` words. What the pages
    show of the user's own text is never markup (`parts.el`).
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' ws://{host}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _with_headers(send: Send, host: str) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = content_policy(host)
            headers["x-content-type-options"] = "nosniff"
            headers["referrer-policy"] = "no-referrer"
            headers["cross-origin-resource-policy"] = "same-origin"
            headers["cross-origin-opener-policy"] = "same-origin"
            if "text/html" in headers.get("content-type", "text/html"):
                headers["cache-control"] = "no-store"  # a shared computer's next user presses Back
        await send(message)

    return guarded


def _onward() -> str:
    return (
        f'<!doctype html><html lang="en"><title>{strings.APP}</title>'
        '<meta http-equiv="refresh" content="0; url=/">'
    )


def _page(title: str, text: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
        f'<meta name="color-scheme" content="light dark"><title>{title}</title>'
        '<body style="font:16px/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem">'
        f"<h1>{title}</h1><p>{text}</p>"
    )


def _equal(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())
