"""Each way in that is refused, asked for with a plain HTTP client; and the one way that there is."""

import http.client
import socket

import pytest

from poise.dashboard.access import Access, content_policy
from poise.dashboard.server import bound
from poise.errors import PoiseError

from .conftest import Served

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


def ask(server: Served, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(server.host, timeout=10)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers={"Host": server.host, **names})
    answer = connection.getresponse()
    answer.content = answer.read() if answer.status != 101 else b""  # type: ignore[attr-defined]
    connection.close()
    return answer


def enter(server: Served) -> str:
    """A cookie, as a browser sends it."""
    answer = ask(server, server.url.removeprefix(server.root))
    return answer.getheader("set-cookie", "").partition(";")[0]


@pytest.mark.parametrize(
    "path", ["/", "/help", "/own/poise.css", "/own/poise.js", "/favicon.ico", "/nowhere", SOCKET]
)
def test_nothing_without_the_cookie(server: Served, desk, path: str):
    answer = ask(server, path)
    assert answer.status == 401
    assert b"poise dashboard" in answer.content  # type: ignore[attr-defined]


def test_the_token_lets_one_browser_in_once(server: Served, desk):
    address = server.url.removeprefix(server.root)
    first = ask(server, address)
    told = first.getheader("set-cookie", "").lower()
    assert first.status == 200
    assert "httponly" in told and "samesite=strict" in told and "path=/" in told
    assert ask(server, address).status == 401
    assert server.url.removeprefix(server.root) != address
    assert ask(server, "/help", Cookie=first.getheader("set-cookie", "")).status == 200


@pytest.mark.parametrize("token", ["", "x", "0" * 43])
def test_a_wrong_token(server: Served, desk, token: str):
    answer = ask(server, f"/enter?token={token}")
    assert answer.status == 401 and answer.getheader("set-cookie") is None


def test_a_wrong_cookie(server: Served, desk):
    name = enter(server).partition("=")[0]
    assert ask(server, "/", Cookie=f"{name}=guessed").status == 401


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "[::1]:80", ""])
def test_another_host_is_dns_rebinding(server: Served, desk, host: str):
    cookie = enter(server)
    assert ask(server, "/", Cookie=cookie, Host=host).status == 421
    address = server.url.removeprefix(server.root)
    assert ask(server, address, Host=host).status == 421
    assert server.url.endswith(address), "a refused request spent the token"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://{host}", "http://{host}0", None]
)
def test_a_socket_from_another_origin(server: Served, desk, origin: str | None):
    headers = {**UPGRADE, "Cookie": enter(server)}
    if origin is not None:
        headers["Origin"] = origin.format(host=server.host)
    assert ask(server, SOCKET, **headers).status == 403


def test_a_socket_without_the_cookie(server: Served, desk):
    assert ask(server, SOCKET, **UPGRADE, Origin=server.root).status == 403


def test_a_socket_from_the_page(server: Served, desk):
    headers = {**UPGRADE, "Cookie": enter(server), "Origin": server.root}
    assert ask(server, SOCKET, **headers).status == 101


def test_a_post_needs_the_origin(server: Served, desk):
    cookie = enter(server)
    assert ask(server, "/", "POST", Cookie=cookie).status == 403
    assert ask(server, "/", "POST", Cookie=cookie, Origin="http://evil.example").status == 403


def test_every_answer_forbids_outside_sources(server: Served, desk):
    cookie = enter(server)
    for path in ("/", "/own/poise.css", "/enter?token=x", "/nowhere"):
        answer = ask(server, path, Cookie=cookie)
        assert answer.getheader("content-security-policy") == content_policy(server.host)
        assert answer.getheader("x-content-type-options") == "nosniff"
    assert ask(server, "/", Cookie=cookie).getheader("cache-control") == "no-store"
    allowed = content_policy("H").replace("'self'", "").replace("ws://H", "").replace("data:", "")
    assert "http" not in allowed and "//" not in allowed and "*" not in allowed


def test_it_listens_on_this_computer_alone(server: Served):
    port = int(server.host.rpartition(":")[2])
    with pytest.raises(OSError), socket.create_connection((_own_address(), port), timeout=2):
        pass


def _own_address() -> str:
    """An address of this machine that is not the loopback's own; 127.0.0.2 reaches a socket bound to all."""
    return "127.0.0.2"


def test_a_port_that_is_taken_is_told():
    with bound(0) as first:
        first.listen()
        with pytest.raises(PoiseError, match="is taken"):
            bound(first.getsockname()[1])


def test_two_dashboards_keep_their_cookies_apart():
    assert Access(1001).cookie != Access(1002).cookie
