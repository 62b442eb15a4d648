"""Without a mouse: keys to the pages, an order of focus that can be seen, the menu of narrow screens."""

import pytest

from poise.dashboard.layout import PAGES

from .browser import PHONE

RING = """() => { const e = document.activeElement, s = getComputedStyle(e);
  const next = e.nextElementSibling && getComputedStyle(e.nextElementSibling);
  return s.outlineStyle !== 'none' || (next && next.outlineStyle !== 'none'); }"""
# Everything that takes the focus; of a group of radio buttons one does.
REACHABLE = """() => { const seen = new Set(); return [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter(e => e.offsetParent && !e.disabled
    && !e.closest('details:not([open]) > :not(summary)'))
  .filter(e => e.type !== 'radio' || (!seen.has(e.name) && seen.add(e.name))).length; }"""


@pytest.mark.parametrize("number", range(1, len(PAGES) + 1))
def test_digits_reach_the_pages(visit, number: int):
    visitor = visit()
    address = PAGES[number - 1][0]
    page = visitor.open("/plan" if address != "/plan" else "/clip")
    page.keyboard.press(str(number))
    page.wait_for_url(visitor.root + address)


@pytest.mark.parametrize("key", ["h", "?"])
@pytest.mark.parametrize("address", [address for address, key, _ in PAGES if key != "help"])
def test_help_is_one_key_away(visit, address: str, key: str):
    visitor = visit()
    page = visitor.open(address)
    page.keyboard.press(key)
    page.wait_for_url(visitor.root + "/help")


def test_not_while_writing(visit):
    visitor = visit()
    page = visitor.open("/diary")
    page.click("#note")
    page.keyboard.type("h 3 ?")
    assert page.input_value("#note") == "h 3 ?"
    assert page.url == visitor.root + "/diary"


def test_single_keys_can_be_switched_off(visit):
    visitor = visit()
    page = visitor.open("/help")
    page.click("label.switch")
    assert not page.is_checked("[data-poise=keys]")
    page = visitor.open("/plan")
    page.keyboard.press("h")
    page.keyboard.press("1")
    page.wait_for_timeout(200)
    assert page.url == visitor.root + "/plan"


@pytest.mark.parametrize("address", ["/", "/diary", "/clip", "/help"])
def test_tab_reaches_everything_and_shows_where_it_is(visit, address: str):
    page = visit().open(address)
    seen = 0
    for _ in range(page.evaluate(REACHABLE) + 1):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        assert page.evaluate(RING), page.evaluate("document.activeElement.outerHTML.slice(0, 99)")
        seen += 1
    assert seen >= page.evaluate(REACHABLE)


def test_the_skip_link(visit):
    page = visit().open("/diary")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_menu_of_narrow_screens(visit):
    page = visit(PHONE).open("/diary")
    assert not page.is_visible(".nav")
    page.focus(".menu")
    page.keyboard.press("Enter")
    assert page.is_visible(".nav")
    assert page.get_attribute(".menu", "aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not page.is_visible(".nav")
