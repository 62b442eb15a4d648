"""Requests to a served dashboard, as a browser and as an intruder make them."""

import http.client
import re
from dataclasses import dataclass

from tests.conftest import WITHIN_S
from tests.dashboard.conftest import Served


@dataclass(frozen=True)
class Answer:
    """A dashboard's answer to one request. `content` is empty where it goes over to a web socket."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes

    def getheader(self, name: str) -> str | None:
        return self.headers.get(name)


def ask(server: Served, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection(server.host, timeout=WITHIN_S)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers={"Host": server.host, **names})
    response = connection.getresponse()
    content = response.read() if response.status != 101 else b""
    connection.close()
    return Answer(response.status, response.headers, content)


def enter(server: Served) -> tuple[str, str]:
    """The cookie, as a browser sends it to every port, and the key, which it keeps for this one."""
    answer = ask(server, server.url.removeprefix(server.root))
    cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
    found = re.search(r'setItem\("poise-key", key', text(answer))
    assert found
    key = re.search(r'const key = "([\w-]{43})";', text(answer))
    assert key
    return cookie, key[1]


def text(answer: Answer) -> str:
    return answer.content.decode()
