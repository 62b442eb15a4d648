"""The guard: ASGI middleware around the whole dashboard, static files too. It passes on permitted requests only.

The guard keeps out other users and programs of this computer, pages of other sites and of other ports (Origin, Fetch
Metadata, SameSite, and `access` for requests without a browser), DNS rebinding (Host), and any request to elsewhere
(Content-Security-Policy).
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..words import strings
from .access import ENTRY, PROOF, PUBLIC, Access
from .doors import door, entered, refused
from .gate import Gate, Proof
from .speaking import answering

_POLICY_VIOLATION = 1008  # of a websocket
_SAFE_METHODS = {"GET", "HEAD"}
_OWN_SITES = {"same-origin", "none"}  # `none`: the user typed the address
_EMPTIED = '"cache"'  # it may hold files of another program that used this port before


class Guard:
    """Middleware around `app`. It reports each connection's proof to the gate."""

    def __init__(self, app: ASGIApp, access: Access, gate: Gate) -> None:
        self._app = app
        self._access = access
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a permitted request; answer any other."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        proof = self._proof(scope, headers)
        with answering(headers.get("accept-language", "")):
            answer = self._answer(scope, headers, proof)
        with self._gate.answering(scope.get("client"), proof):
            await self._pass(scope, receive, send, answer)

    async def _pass(
        self, scope: Scope, receive: Receive, send: Send, answer: Response | None
    ) -> None:
        if scope["type"] != "websocket":
            app = self._app if answer is None else answer
            await app(scope, receive, _with_headers(send, self._access.host, scope["path"]))
        elif answer is None:
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    def _proof(self, scope: Scope, headers: Headers) -> Proof:
        """Return the proof of the request; NONE for a request from elsewhere."""
        if headers.get("host", "") != self._access.host or _foreign(scope, headers):
            return Proof.NONE
        if not self._access.has_cookie(headers):
            return Proof.NONE
        return Proof.KEY if self._access.has_key(scope, headers) else Proof.COOKIE

    def _answer(self, scope: Scope, headers: Headers, proof: Proof) -> Response | None:
        """Return the guard's own answer; None when the application answers."""
        if headers.get("host", "") != self._access.host:
            return PlainTextResponse(strings.REFUSED_HOST, 421)
        if _foreign(scope, headers):
            return PlainTextResponse(strings.REFUSED_ORIGIN, 403)
        if scope["type"] == "http" and scope["path"] == ENTRY:
            return self._entry(scope, proof)
        if proof is Proof.NONE:
            return HTMLResponse(refused(), 401)
        if scope["type"] == "http" and scope["path"] == PROOF:
            return PlainTextResponse(self._access.proof(scope))
        if proof is Proof.KEY:
            return None
        if scope["type"] == "http" and scope["path"].startswith(PUBLIC):
            return None
        # 200 for a browser's first request of a page; 401 for any other request with the cookie alone.
        return HTMLResponse(door(), 200 if _opens_a_page(scope, headers) else 401)

    def _entry(self, scope: Scope, proof: Proof) -> Response:
        if scope["method"] == "GET" and self._access.spend(scope):
            # Not a redirect: after a click on another site's page, Strict would leave the cookie out of it.
            response = HTMLResponse(entered(self._access.key, self._access.home))
            response.headers["clear-site-data"] = _EMPTIED
            self._access.let_in(response)
            return response
        if proof is Proof.NONE:
            return HTMLResponse(refused(), 401)
        return HTMLResponse(
            entered(None, self._access.home)
        )  # an old address in a browser that is in already


def _foreign(scope: Scope, headers: Headers) -> bool:
    """True if the request comes from a page of another origin. (A program that is no browser can claim any origin.)"""
    origin = headers.get("origin")
    needs_origin = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
    if origin != f"http://{headers.get('host', '')}" and (needs_origin or origin is not None):
        return True
    site = headers.get("sec-fetch-site", "none")
    return site not in _OWN_SITES and not _opens_a_page(scope, headers)


def _opens_a_page(scope: Scope, headers: Headers) -> bool:
    """True if a browser opens this address in a window, not in a frame or from a script."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def content_policy(host: str) -> str:
    """Return the Content-Security-Policy of a page on this host: nothing from elsewhere, no worker, no frame around it.

    NiceGUI's page has inline scripts, and Vue compiles its templates: hence the two `unsafe-` words. The pages never
    show the user's own text as markup (`parts.el`).
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
            "worker-src 'none'",
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


def _with_headers(send: Send, host: str, path: str) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = content_policy(host)
            headers["x-content-type-options"] = "nosniff"
            headers["referrer-policy"] = "no-referrer"
            headers["cross-origin-resource-policy"] = "same-origin"
            headers["cross-origin-opener-policy"] = "same-origin"
            if message["status"] != 200 or not path.startswith("/_nicegui/"):
                headers["cache-control"] = "no-store"  # a shared computer's next user presses Back
        await send(message)

    return guarded
