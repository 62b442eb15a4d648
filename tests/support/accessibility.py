"""What axe asks of a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Best practices, and everything of WCAG 2.2 A and AA that a program can judge.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page) -> list[str]:
    """What axe finds, each with the element that it is about."""
    # Quasar's bar, which has no name, is there while something loads.
    page.wait_for_function(
        "!document.querySelector('.q-loading-bar') || document.querySelector('.q-loading-bar').ariaHidden === 'true'"
    )
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
