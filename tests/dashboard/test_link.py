"""A page whose server has died says so, does nothing that would seem to be saved, and trusts no other in its place."""

import hashlib
import hmac
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from poise.words import strings
from tests.support.command import environment
from tests.support.dashboard_requests import ask, enter, text

from .conftest import Served


def test_a_page_knows_its_server_by_a_proof(server: Served, context):
    cookie, key = enter(server)
    told = ask(server, "/own/proof?0123", Cookie=cookie)
    assert text(told) == hmac.new(key.encode(), b"0123", hashlib.sha256).hexdigest()
    assert ask(server, "/own/proof?0123").status == 401


def test_a_lost_link_is_told_and_taken_up_again(visit):
    page = visit().open("/diary")
    page.fill("#note", "kept")
    page.evaluate(
        "window.seen = []; const root = document.documentElement;"
        "new MutationObserver(() => seen.push(root.dataset.link))"
        ".observe(root, { attributes: true, attributeFilter: ['data-link'] })"
    )
    page.evaluate("window.socket.io.engine.close()")
    page.wait_for_function("seen.length === 2")
    assert page.evaluate("seen[0]") == "lost" and page.evaluate("seen[1] === undefined")
    assert not page.inner_text("#lost") and page.input_value("#note") == "kept"
    assert page.evaluate("window.socket.connected")


class Dashboard:
    """`poise dashboard`, of its own process."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "poise", "dashboard", "--no-browser"],
            env=environment(data), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        self.root = self.url.partition("/enter")[0]

    def die(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def dashboard(tmp_path: Path) -> Iterator[Dashboard]:
    made = Dashboard(tmp_path)
    yield made
    made.end()


def entered(browser: Browser, dashboard: Dashboard, path: str) -> Page:
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.set_default_timeout(60_000)
    page.goto(dashboard.url)
    page.wait_for_url(dashboard.root + "/")
    page.goto(dashboard.root + path)
    page.wait_for_function("window.did_handshake === true")
    return page


def test_a_server_that_died_greys_the_page_and_says_not_saved(
    browser: Browser, dashboard: Dashboard
):
    page = entered(browser, dashboard, "/diary")
    assert page.evaluate("getComputedStyle(document.querySelector('main')).filter") == "none"
    page.fill("#note", "not to be lost")
    dashboard.die()
    page.wait_for_selector("#lost:not(:empty)")
    assert page.inner_text("#lost") == strings.LINK_GONE and "Not saved" in strings.LINK_GONE
    assert "gray" in page.evaluate("getComputedStyle(document.querySelector('main')).filter")
    # Nothing seems to be done; what is written stays, and can be written on.
    main = page.inner_text("main")
    for button in page.query_selector_all("main button"):
        if button.is_visible():
            button.dispatch_event("click")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("1")
    page.click("nav a >> nth=0", force=True)
    assert page.url == dashboard.root + "/diary" and page.inner_text("main") == main
    page.fill("#note", "not to be lost, and more")
    _another_takes_the_port(page, dashboard)
    page.context.close()


def _another_takes_the_port(page: Page, dashboard: Dashboard) -> None:
    asked: list[str] = []

    class Another(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"0" * 64)

        def log_message(self, format: str, *args: object) -> None:
            pass

    port = int(dashboard.root.rpartition(":")[2])
    with ThreadingHTTPServer(("127.0.0.1", port), Another) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        page.get_by_text(strings.LINK_ANOTHER).wait_for()
        listening.shutdown()
    assert asked and all(path.startswith("/own/proof?") for path in asked), "it gets nothing else"
    assert page.input_value("#note") == "not to be lost, and more"
