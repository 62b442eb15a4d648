"""Every page, empty and full, light and dark, wide and narrow: it loads, fits, can be read and used by all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from poise.dashboard.context import PageContext
from poise.dashboard.layout import PAGES
from poise.history.at_once import hears_at_once
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.words import strings
from tests.support.accessibility import SCROLLS, SMALL, violations
from tests.support.plans import exercise, plan_text

from .browser import PHONE, WIDE

LOOKS = [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (PHONE, "dark")]
# Charts that do not begin at their newest day; tables of a narrow page that have to be scrolled.
NOT_AT_END = """() => [...document.querySelectorAll('.chart')].filter(e => {
    const newest = [...e.querySelectorAll('rect')].at(-1);
    return newest && newest.getBoundingClientRect().right > e.getBoundingClientRect().right + 1;
  }).map(e => e.getAttribute('aria-label'))"""
GOES_THROUGH = """e => {
    let through = false;
    e.addEventListener('click', (click) => { click.preventDefault(); through = true; });
    e.click();
    return through;
  }"""


@pytest.fixture(scope="module")
def lived(history_file: Path) -> Iterator[Store]:
    with Store.open(history_file) as store:
        yield store


@pytest.fixture(params=["empty", "lived"])
def full(request: pytest.FixtureRequest, server, context: PageContext, lived: Store) -> str:
    if request.param == "lived":
        server.show(PageContext(lived, SystemClock()))
    return request.param


@pytest.mark.parametrize(("width", "scheme"), LOOKS, ids=lambda value: str(value))
def test_every_page(visit, full: str, width: int, scheme: str):
    visitor = visit(width, scheme)
    for address, key, _ in PAGES:
        page = visitor.open(address)
        assert page.inner_text("h1") == strings.NAV[key]
        assert page.title() == f"{strings.NAV[key]} · {strings.APP}"
        for summary in page.query_selector_all("summary"):
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, key
        assert not page.evaluate(SMALL), key
        assert not page.evaluate(NOT_AT_END), key
        assert width == WIDE or not page.evaluate(SCROLLS), key
        assert not violations(visitor.page), key


def test_a_plan_that_cannot_be_read_is_told_on_every_page(visit, context: PageContext):
    context.store.plans.put("version = 99", "T", context.clock.utc_ms())
    visitor = visit()
    for address, _, _ in PAGES:
        assert "The plan can't be read" in visitor.open(address).inner_text("main")


def test_the_plan_tells_its_days_and_what_has_ended(visit, context: PageContext):
    dates = "starts = 2025-01-01\nends = 2025-02-01\n"
    text = plan_text(exercise(use="chin-tuck", every_days=2), dates)
    context.store.plans.put(text, "T", context.clock.utc_ms())
    visitor = visit()
    shown = visitor.open("/plan").inner_text("main")
    assert "every 2 days, counted from 2025-01-01, until 2025-02-01" in shown
    assert "Nothing of this plan is still to come: its last day was Fri 2025-01-31." in shown
    assert strings.NEXT_ENDED in visitor.open("/").inner_text("main")


def test_the_theme_switch_stays(visit):
    visitor = visit()
    page = visitor.open("/help")
    page.click(".segments label:has(input[value=dark])")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page = visitor.open("/plan")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.is_checked(".segments input[value=dark]")
    assert not violations(visitor.page)


def test_a_page_that_is_not_there(visit):
    visitor = visit()
    with visitor.page.expect_response(lambda answer: answer.status == 404):
        visitor.page.goto(visitor.root + "/nowhere")
    visitor.page.get_by_text("404").first.wait_for()
    assert "Traceback" not in visitor.page.inner_text("body")
    visitor.complaints.clear()  # the browser logs the 404 itself


def test_where_the_browser_is(visit, context: PageContext):
    """It tells whom to call, and of which zone the plan's times are, where the two clocks differ."""
    context.store.plans.put(plan_text(exercise(use="chin-tuck"), zone="Europe/Berlin"), "T", 0)
    visitor = visit(PHONE, zone="America/New_York")
    page = visitor.open("/")
    assert "those of Europe/Berlin" in page.inner_text("#zone")
    page = visitor.open("/help")
    page.wait_for_selector("a[href='tel:911']")
    assert not page.query_selector("a[href='tel:112']")
    page.select_option("#country", "JP")
    page.wait_for_selector("a[href='tel:119']")
    page = visitor.open("/help")
    page.wait_for_selector("a[href='tel:119']")
    page.select_option("#country", "AQ")
    page.wait_for_selector("text=does not know the emergency number of Antarctica")
    at_home = visit(zone="Europe/Paris")
    assert at_home.open("/").inner_text("#zone") == ""
    # A call goes through while the page's server is gone.
    page = at_home.open("/help")
    page.wait_for_selector("a[href='tel:112']")
    page.evaluate("document.documentElement.dataset.link = 'lost'")
    assert page.eval_on_selector("a[href='tel:112']", GOES_THROUGH)


def test_the_doctors_page_and_its_pdf(visit, server, context: PageContext, lived: Store):
    visitor = visit()
    visitor.page.goto(visitor.root + "/report")
    visitor.page.get_by_text("nothing was logged").or_(
        visitor.page.get_by_text("nothing is logged yet")
    ).wait_for()
    visitor.complaints.clear()  # the browser logs the 404 itself
    server.show(PageContext(lived, SystemClock()))
    page = visitor.open("/trends?days=28")
    with visitor.context.expect_page() as opened:
        page.click("#report")
    opened.value.wait_for_selector("h1")
    assert "Poise report" in opened.value.title()
    assert "posture" in opened.value.inner_text("body").lower()
    with page.expect_download() as saved:
        page.click("#report-pdf")
    assert saved.value.suggested_filename.startswith("poise-report-")
    assert saved.value.path().read_bytes().startswith(b"%PDF-")


def test_events_at_once_are_switched_on_the_clip_page(visit, context: PageContext):
    page = visit(PHONE).open("/clip")
    switch = page.get_by_label("Tell this computer at once")
    for on in (True, False):
        assert switch.is_checked() != on
        switch.set_checked(on)
        page.wait_for_selector("text=next look-up" if on else "text=wait for a look-up again")
        assert hears_at_once(context.store) is on
    switch.set_checked(True)
    page.wait_for_selector("text=The clip learns it")
    assert visit(PHONE).open("/clip").get_by_label("Tell this computer at once").is_checked()
