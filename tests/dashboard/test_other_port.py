"""A real browser that is in the dashboard goes to a page of another port, which tries what such a page can."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.dashboard_requests import ask

from .conftest import Served

# What it gets of the dashboard: by script, through the socket, in a frame.
TRIES = """async ([root, socket]) => {
  const got = async (work) => { try { return await work(); } catch (error) { return `nothing`; } };
  const asked = await got(async () => {
    const answer = await fetch(root + "/diary", { credentials: "include" });
    return await answer.text();
  });
  const script = await got(() => new Promise((resolve, reject) => {
    const made = document.createElement("script");
    made.onload = () => resolve("read"); made.onerror = reject; made.src = root + "/own/poise.js";
    document.head.append(made);
  }));
  const connected = await got(() => new Promise((resolve, reject) => {
    const made = new WebSocket(socket); made.onopen = () => resolve("open"); made.onerror = reject;
  }));
  const framed = await got(() => new Promise((resolve) => {
    const made = document.createElement("iframe");
    const text = () => { try { return made.contentDocument.body.innerText; } catch { return ""; } };
    made.onload = () => resolve(text() || "nothing");
    made.src = root + "/diary"; document.body.append(made);
  }));
  const kept = localStorage.getItem("poise-key") || "nothing";
  return { asked, script, connected, framed, kept };
}"""


class Other:
    """Another user's server, on a port of its own. `cookies`: what browsers have sent it."""

    def __init__(self) -> None:
        cookies = self.cookies = []

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                cookies.append(self.headers.get("Cookie", ""))
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>other</title><body>")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def other() -> Iterator[Other]:
    made = Other()
    yield made
    made.stop()


def test_a_page_of_another_port_gets_nothing(visit, server: Served, other: Other):
    visitor = visit()
    page = visitor.open("/diary")
    assert page.evaluate("localStorage.getItem('poise-key')")
    page.goto(other.url)
    socket = "ws" + server.root[4:] + "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    got = page.evaluate(TRIES, [server.root, socket])
    assert got == dict.fromkeys(("asked", "script", "connected", "framed", "kept"), "nothing")
    # Cookies know no ports: it has been sent ours, and asks without a browser.
    name = f"poise_{server.host.rpartition(':')[2]}"
    stolen = next(cookie for cookie in other.cookies if name in cookie)
    answer = ask(server, "/diary", Cookie=stolen)
    assert answer.status == 401 and b"client_id" not in answer.content
    visitor.complaints.clear()  # the browser tells of what it has refused


def test_a_browser_without_the_key_is_told_what_to_do(visit):
    visitor = visit()
    page = visitor.open("/help")
    page.evaluate("localStorage.removeItem('poise-key')")
    page.goto(visitor.root + "/diary")
    page.get_by_role("heading", name="Poise needs its own address").wait_for()
    assert "poise dashboard" in page.inner_text("main")


def test_back_and_reload_show_the_page(visit):
    visitor = visit()
    page = visitor.open("/diary")
    visitor.open("/help")
    page.go_back()
    visitor.settled()
    assert page.inner_text("h1") == "Diary"
    page.reload()
    visitor.settled()
    assert page.inner_text("h1") == "Diary"
