"""What axe asks of a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Best practices, and everything of WCAG 2.2 A and AA that a program can judge.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

# A control smaller than a finger at its smaller side; a link within a sentence may be.
SCROLLS = """() => [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)
  .map(e => e.getAttribute('aria-label'))"""
SMALL = """() => [...document.querySelectorAll(
    'button, a[href], .option, .segments label, select, textarea, summary, .switch, input.input')]
  .filter(e => e.offsetParent && !e.closest('p') && !e.matches('.skip') && Math.min(e.offsetWidth, e.offsetHeight) < 44)
  .map(e => e.outerHTML.slice(0, 80))"""


def violations(page: Page) -> list[str]:
    """What axe finds, each with the element that it is about."""
    # Quasar's bar, which has no name, is there while something loads.
    page.wait_for_function(
        "!document.querySelector('.q-loading-bar') || document.querySelector('.q-loading-bar').ariaHidden === 'true'"
    )
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


SCROLLS = """() => [...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)
  .map(e => e.getAttribute('aria-label'))"""
