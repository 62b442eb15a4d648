"""The first run, in a real browser: from an empty data folder to Today, without a terminal; and what is missing."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, TimeoutError

from poise.clip.transport.ble import scan
from poise.dashboard.context import PageContext
from poise.errors import PoiseError, Reason
from poise.setup.acts import Means, Setup
from poise.setup.steps import Step
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.wear import Runner
from poise.words import setup as words
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support.accessibility import violations
from tests.support.command import NO_BUS, environment
from tests.support.plans import exercise, plan_text

from .browser import PHONE, WIDE
from .clicks import until

NODS = '[[segment]]\nname = "sits"\nduration_s = 14\n' + 2 * (
    '[[segment]]\nname = "nods"\nduration_s = 0.8\nflexion_deg = 22\nmove_s = 0.7\n'
    '[[segment]]\nname = "back"\nduration_s = 1.2\nmove_s = 0.7\n'
)
AGAIN_MS = 20_000
REFUSED = "document.querySelector('#step-upright .message.warm')?.id"
# What systemd does with the unit at `restart`, for a machine without it: starts its command.
SYSTEMCTL = """#!{python}
import os, re, shlex, subprocess, sys
from pathlib import Path
if "restart" in sys.argv:
    unit = (Path(os.environ["XDG_CONFIG_HOME"]) / "systemd/user/poise-wear.service").read_text()
    assert "Restart=on-failure" in unit
    set_ = (shlex.split(each)[0].split("=", 1) for each in re.findall(r"^Environment=(.*)$", unit, re.M))
    command = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.M)[1])
    done = subprocess.Popen(command, env=os.environ | dict(set_), start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    Path(os.environ["SERVICE"]).write_text(str(done.pid))
"""


@contextlib.contextmanager
def running(*words: str, **options) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen([sys.executable, "-m", *words], text=True, **options)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a user with a virtual clip, whose wearer sits and nods again and again."""
    vm_or_skip(64)
    story, twin, service = tmp_path / "story.toml", tmp_path / "twin", tmp_path / "service.pid"
    story.write_text(60 * NODS)
    tool = tmp_path / "bin/systemctl"
    tool.parent.mkdir()
    tool.write_text(SYSTEMCTL.format(python=sys.executable))
    tool.chmod(0o755)
    twin.mkdir()
    with running(
        "poise.twin", "--dir", str(twin), "--scenario", str(story), "--speed", "6"
    ) as process:
        yield environment(
            tmp_path / "data",
            POISE_TWIN=str(twin),
            PATH=f"{tool.parent}:{os.environ['PATH']}",
            XDG_CONFIG_HOME=str(tmp_path / "config"),
            XDG_DATA_HOME=str(tmp_path / "share"),
            SERVICE=str(service),
            DBUS_SESSION_BUS_ADDRESS=NO_BUS,
        )
        assert process.poll() is None
        if service.exists():
            os.kill(int(service.read_text()), signal.SIGKILL)


def test_from_nothing_to_today(home: dict[str, str], browser: Browser, tmp_path: Path):
    while not (tmp_path / "twin/twin.json").exists():
        time.sleep(0.05)
    with running(
        "poise", "open", "--no-browser", env=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        url = process.stdout.readline().strip()
        page = browser.new_context(reduced_motion="reduce").new_page()
        page.set_default_timeout(1000 * WITHIN_S)
        page.goto(url)
        again = [sys.executable, "-m", "poise", "open", "--no-browser"]
        second = subprocess.run(again, env=home, capture_output=True, text=True, timeout=WITHIN_S)
        assert second.stdout.startswith(url.partition("?")[0]) and second.stdout.strip() != url
        # The clip is found by itself; the wearer, here a virtual one, holds its button.
        page.wait_for_selector("#pair")
        picture(page, "1-find")
        page.click("#pair")
        page.wait_for_selector("#step-pair.is-done")
        page.click("label:has(input[value=head])")
        picture(page, "3-start-position")
        calibrate(page)
        until(
            page,
            lambda: page.evaluate("document.activeElement?.textContent") == words.NAMES["plan"],
        )
        # A file that is no plan, then one that is dropped.
        plan = tmp_path / "plan.toml"
        plan.write_text("version = 1\n")
        page.set_input_files("#plan-file", plan)
        page.wait_for_selector("#step-plan .message.warm")
        assert "plan.toml line 1: exercises: missing" in page.inner_text("#step-plan")
        drop(page, "mine.toml", plan_text(exercise(use="chin-tuck")))
        page.wait_for_selector("#use-plan")
        picture(page, "4-plan")
        page.click("#use-plan")
        page.wait_for_selector("#step-plan.is-done")
        page.click("#notify")
        page.wait_for_selector("#step-remind .message.warm")  # this desktop has none
        assert words.REMIND_ANYWAY in page.inner_text("#step-remind")
        assert not violations(page)
        picture(page, "5-reminders")
        page.click("#at-login")
        page.wait_for_selector("#step-remind.is-done")
        page.click("#buzz")
        page.wait_for_selector("#felt-nothing")
        picture(page, "6-buzz")
        page.click("#felt-nothing")
        page.wait_for_selector("#step-buzz .message.warm")
        assert words.BUZZ_CURE in page.inner_text("#step-buzz")
        page.click("#buzz")
        page.click("#felt")
        page.wait_for_selector("#step-buzz.is-done")
        assert not violations(page)
        picture(page, "7-all-set")
        # The service takes over, and the browser goes along.
        first = page.url
        page.click("#to-today")
        page.wait_for_selector("#angle")
        assert page.url != first and not page.query_selector("#setup-waits")
        page.wait_for_function("/\\d/.test(document.getElementById('angle').textContent)")
        picture(page, "8-today")
        _, errors = process.communicate(timeout=WITHIN_S)
        assert process.returncode == 0, errors
        assert "Traceback" not in errors, errors
    with Store.open(tmp_path / "data/poise.db") as store:
        current = store.plans.current()
        assert current and "chin-tuck" in current.text
    assert (tmp_path / "share/applications/org.poise.Poise.desktop").exists()


def picture(page: Page, name: str) -> None:
    """Takes a picture for docs/screenshots into the folder in POISE_PICTURES, if one is named."""
    if folder := os.environ.get("POISE_PICTURES"):
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=Path(folder) / f"first-run-{name}.png", full_page=True)


def calibrate(page: Page) -> None:
    """Presses again where the wearer moves at the wrong moment: nods before the clip asks for them."""
    refused = ""  # the id of the last message: a new refusal has another
    while not page.query_selector("#step-upright.is-done"):
        page.click("#calibrate")
        with contextlib.suppress(TimeoutError):  # as a person does, who presses again after a while
            page.wait_for_function(
                "refused => document.querySelector('#step-upright.is-done')"
                f" || ({REFUSED} ?? refused) !== refused",
                arg=refused,
                timeout=AGAIN_MS,
            )
        refused = page.evaluate(f"{REFUSED} ?? ''")


def drop(page: Page, name: str, text: str) -> None:
    """Drops a file on the place for the plan."""
    given = page.evaluate_handle(
        "([name, text]) => { const t = new DataTransfer(); t.items.add(new File([text], name)); return t; }",
        [name, text],
    )
    page.dispatch_event(".drop", "drop", {"dataTransfer": given})


# --- what is missing


@pytest.fixture
def setup(server, store: Store, monkeypatch: pytest.MonkeyPatch) -> Setup:
    """Of a computer without Bluetooth, without services and without notifications."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", NO_BUS)

    def refuse(*_given: object) -> None:
        raise PoiseError(Reason.REFUSED, "`systemctl` failed: no bus", "Log in on the desktop.")

    async def no_notification() -> None:
        refuse()

    def no_client(*_given: object):
        raise AssertionError("no clip was found")

    runner = Runner(no_client, store, SystemClock())
    means = Means(partial(scan, 1.0), no_client, refuse, lambda: False, no_notification)
    made = Setup(store, SystemClock(), runner, means)

    async def nobody_takes_over() -> str:
        return ""

    made.hand_over = nobody_takes_over
    server.show(PageContext(store, SystemClock(), runner, made))
    return made


@pytest.mark.skipif(sys.platform != "linux", reason="takes D-Bus away, which only Linux has")
def test_no_bluetooth_no_plan_no_service(visit, setup: Setup):
    visitor = visit(WIDE)
    page = visitor.open("/")
    page.wait_for_selector("#step-find .message.warm")
    assert "No Bluetooth adapter" in page.inner_text("#step-find")
    assert not violations(page)
    # What can't be done now gives way, and comes back.
    page.get_by_role("button", name=words.LATER_LABEL.format(words.NAMES["find"])).click()
    page.wait_for_selector("#step-plan.is-now")
    assert words.PLAN_WITHOUT in page.inner_text("#step-plan")
    page.get_by_role("button", name=words.LATER_LABEL.format(words.NAMES["plan"])).click()
    page.click("#at-login")
    page.wait_for_selector("#step-remind .message.warm")
    assert "Log in on the desktop." in page.inner_text("#step-remind")
    page.get_by_role("button", name=words.TAKE_UP_LABEL.format(words.NAMES["plan"])).click()
    page.wait_for_selector("#step-plan.is-now")
    # Left, the first page is Today, and leads back.
    page.click("#leave")
    page.wait_for_selector("#setup-waits")
    assert "Bring in your plan" in page.inner_text("#setup-waits")
    assert not violations(page)
    visitor.close()
    phone = visit(PHONE, "dark").open("/plan")
    phone.get_by_role("link", name=words.PLAN_LINK).click()
    until(
        phone, lambda: phone.evaluate("document.activeElement?.textContent") == words.NAMES["plan"]
    )
    assert phone.inner_text("h1") == words.TITLE
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert not violations(phone)
    assert setup.ended and Step.PLAN in setup.missing()
