"""Every page, empty and full, light and dark, wide and narrow: it loads, fits, can be read and used by all."""

from collections.abc import Iterator

import pytest

from poise.dashboard.context import PageContext
from poise.dashboard.layout import PAGES
from poise.demo.history import History
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.words import strings
from tests.support.accessibility import violations
from tests.support.plans import exercise, plan_text

from .browser import PHONE, WIDE

LOOKS = [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (PHONE, "dark")]
# A control smaller than 44 px at its smaller side; the words of a link within text may be.
SMALL = """() => [...document.querySelectorAll('button, .nav a, .option, .segments label, select, textarea, summary')]
  .filter(e => e.offsetParent && Math.min(e.offsetWidth, e.offsetHeight) < 32)
  .map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("lived") / "poise.db") as store:
        History(store, SystemClock().utc_ms()).write()
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
