"""Each way in that is refused, asked for with a plain HTTP client; and the one way that there is."""

import re
import socket

import pytest

from poise.dashboard.access import Access
from poise.dashboard.guard import content_policy
from poise.dashboard.server import bound
from poise.errors import PoiseError
from tests.support.dashboard_requests import ask, enter, text

from .conftest import Served

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
# A browser's own first request of a page; it can add nothing of ours to it.
OPENS = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none"}
PAGES = ["/", "/exercise", "/diary", "/trends", "/plan", "/clip", "/help", "/nowhere"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/help",
        "/own/poise.css",
        "/own/poise.js",
        "/favicon.ico",
        "/nowhere",
        "/report",
        SOCKET,
    ],
)
def test_nothing_without_the_cookie(server: Served, context, path: str):
    answer = ask(server, path)
    assert answer.status == 401
    assert b"poise dashboard" in answer.content


def test_the_token_lets_one_browser_in_once(server: Served, context):
    address = server.url.removeprefix(server.root)
    first = ask(server, address)
    told = (first.getheader("set-cookie") or "").lower()
    assert first.status == 200
    assert "httponly" in told and "samesite=strict" in told and "path=/" in told
    assert ask(server, address).status == 401
    assert server.url.removeprefix(server.root) != address
    key = re.search(r'const key = "([\w-]{43})"', text(first))
    assert key
    kept = (first.getheader("set-cookie") or "").partition(";")[0]
    assert ask(server, "/help", Cookie=kept, X_Poise_Key=key[1]).status == 200


def test_only_a_get_uses_the_token_up(server: Served, context):
    address = server.url.removeprefix(server.root)
    assert ask(server, address, "HEAD").status == 401
    assert ask(server, address, "POST", Origin=server.root).status == 401
    assert server.url.endswith(address)


@pytest.mark.parametrize("headers", [{}, OPENS], ids=["a program", "a browser"])
@pytest.mark.parametrize("path", PAGES)
def test_a_cookie_that_went_to_another_port_opens_no_page(
    server: Served, context, path: str, headers: dict[str, str]
):
    cookie, key = enter(server)
    shown = ask(server, path, Cookie=cookie, X_Poise_Key=key)
    answer = ask(server, path, Cookie=cookie, **headers)
    assert shown.status in (200, 404) and "client_id" in text(shown)
    assert answer.status == (200 if headers else 401)
    assert "client_id" not in text(answer) and key not in text(answer)
    assert len(text(answer)) < 2_500, "the door tells nothing"
    assert answer.getheader("set-cookie") is None


def test_the_door_is_the_same_for_all(server: Served, context):
    cookie, _ = enter(server)
    assert len({text(ask(server, path, Cookie=cookie, **OPENS)) for path in PAGES}) == 1


@pytest.mark.parametrize("given", ["", "guessed", "{cookie}"])
def test_a_wrong_key(server: Served, context, given: str):
    cookie, _ = enter(server)
    given = given.format(cookie=cookie.partition("=")[2])
    assert ask(server, "/diary", Cookie=cookie, X_Poise_Key=given).status == 401


def test_the_key_alone(server: Served, context):
    _, key = enter(server)
    assert ask(server, "/diary", X_Poise_Key=key).status == 401
    assert ask(server, f"/diary?poise-key={key}", X_Poise_Key=key).status == 401


def test_a_page_takes_no_key_in_its_address(server: Served, context):
    cookie, key = enter(server)
    assert ask(server, f"/diary?poise-key={key}", Cookie=cookie).status == 401


def test_others_cookies_beside_ours(server: Served, context):
    cookie, key = enter(server)
    name = cookie.partition("=")[0]
    for others in ('a={"b": 1}; {}', "{}; =; @[]=;;", name + "=theirs; {}", "{}; " + name + "=x"):
        given = others.replace("{}", cookie)
        assert ask(server, "/help", Cookie=given, X_Poise_Key=key).status == 200, given


@pytest.mark.parametrize("token", ["", "x", "0" * 43])
def test_a_wrong_token(server: Served, context, token: str):
    answer = ask(server, f"/enter?token={token}")
    assert answer.status == 401 and answer.getheader("set-cookie") is None


def test_a_wrong_cookie(server: Served, context):
    cookie, key = enter(server)
    name = cookie.partition("=")[0]
    assert ask(server, "/", Cookie=f"{name}=guessed", X_Poise_Key=key).status == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1", "[::1]:80", "", "localhost:{port}"]
)
def test_another_host_is_dns_rebinding(server: Served, context, host: str):
    # localhost is [::1] too: whoever listens at this port there would share the origin.
    host = host.format(port=server.host.partition(":")[2])
    cookie, key = enter(server)
    assert ask(server, "/", Cookie=cookie, X_Poise_Key=key, Host=host).status == 421
    address = server.url.removeprefix(server.root)
    assert ask(server, address, Host=host).status == 421
    assert server.url.endswith(address), "a refused request spent the token"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://{host}", "http://{host}0", None]
)
def test_a_socket_from_another_origin(server: Served, context, origin: str | None):
    cookie, key = enter(server)
    headers = {**UPGRADE, "Cookie": cookie}
    if origin is not None:
        headers["Origin"] = origin.format(host=server.host)
    assert ask(server, f"{SOCKET}&poise-key={key}", **headers).status == 403


@pytest.mark.parametrize("path", ["/enter", SOCKET])
@pytest.mark.parametrize("shown", ["nothing", "the cookie", "the key", "a wrong key"])
def test_a_socket_without_both_secrets(server: Served, context, shown: str, path: str):
    cookie, key = enter(server)
    headers = {**UPGRADE, "Origin": server.root}
    if shown in ("the cookie", "a wrong key"):
        headers["Cookie"] = cookie
    if shown == "the key":
        path += f"&poise-key={key}"
        headers["X-Poise-Key"] = key
    if shown == "a wrong key":
        path += "&poise-key=guessed"
    assert ask(server, path, **headers).status == 403


def test_the_socket_by_requests_needs_both_secrets_too(server: Served, context):
    cookie, key = enter(server)
    polls = SOCKET.replace("websocket", "polling")
    assert ask(server, polls, Cookie=cookie).status == 401
    assert ask(server, polls, "POST", Cookie=cookie, Origin=server.root).status == 401
    # The server answers: of no page that there is.
    assert ask(server, f"{polls}&poise-key={key}", Cookie=cookie).status == 200


def test_a_socket_from_the_page(server: Served, context):
    cookie, key = enter(server)
    headers = {**UPGRADE, "Cookie": cookie, "Origin": server.root}
    assert ask(server, f"{SOCKET}&poise-key={key}", **headers).status == 101


def test_a_post_needs_the_origin(server: Served, context):
    cookie, key = enter(server)
    secrets = {"Cookie": cookie, "X-Poise-Key": key}
    assert ask(server, "/", "POST", **secrets).status == 403
    assert ask(server, "/", "POST", **secrets, Origin="http://evil.example").status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_port_asks_through_the_browser(server: Served, context, site: str):
    cookie, key = enter(server)
    fetched = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    framed = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    for headers in (fetched, framed):
        for path in ("/", "/own/poise.js"):
            refused = ask(server, path, Cookie=cookie, X_Poise_Key=key, **headers)
            assert refused.status == 403


def test_every_answer_forbids_outside_sources(server: Served, context):
    cookie, key = enter(server)
    for path in ("/", "/own/poise.css", "/enter?token=x", "/nowhere"):
        for given in ({}, {"Cookie": cookie}, {"Cookie": cookie, "X-Poise-Key": key}):
            answer = ask(server, path, **given)
            assert answer.getheader("content-security-policy") == content_policy(server.host)
            assert answer.getheader("x-content-type-options") == "nosniff"
            assert answer.getheader("referrer-policy") == "no-referrer"
            assert answer.getheader("cache-control") == "no-store", path
    allowed = content_policy("H").replace("'self'", "").replace("ws://H", "").replace("data:", "")
    assert "http" not in allowed and "//" not in allowed and "*" not in allowed
    assert "worker-src 'none'" in allowed


def test_what_another_program_left_at_this_port_goes_when_a_browser_enters(server: Served, context):
    answer = ask(server, server.url.removeprefix(server.root))
    assert answer.getheader("clear-site-data") == '"cache"'
    assert "serviceWorker.getRegistrations" in text(answer) and "unregister" in text(answer)


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


def test_nobody_else_gets_the_port_before_it_is_served():
    with bound(0) as first, socket.socket() as second:
        second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError):
            second.bind(first.getsockname())
            second.listen()


def test_the_address_is_told_when_it_is_answered():
    told: list[str] = []
    access = Access(1001, told=told.append)
    assert not told
    access.announce()
    assert told == [access.url]


def test_two_dashboards_keep_their_cookies_apart():
    assert Access(1001).cookie != Access(1002).cookie
