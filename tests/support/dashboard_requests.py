"""Requests to a served dashboard, as a browser and as an intruder make them."""

import http.client
import re

from tests.conftest import WITHIN_S
from tests.dashboard.conftest import Served


def ask(server: Served, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(server.host, timeout=WITHIN_S)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers={"Host": server.host, **names})
    answer = connection.getresponse()
    answer.content = answer.read() if answer.status != 101 else b""  # type: ignore[attr-defined]
    connection.close()
    return answer


def enter(server: Served) -> tuple[str, str]:
    """The cookie, as a browser sends it to every port, and the key, which it keeps for this one."""
    answer = ask(server, server.url.removeprefix(server.root))
    cookie = answer.getheader("set-cookie", "").partition(";")[0]
    found = re.search(r'setItem\("poise-key", key', text(answer))
    assert found
    key = re.search(r'const key = "([\w-]{43})";', text(answer))
    assert key
    return cookie, key[1]


def text(answer: http.client.HTTPResponse) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]
