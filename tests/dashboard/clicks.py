"""What tests of several pages do."""

from playwright.sync_api import Page


def choose(page: Page, name: str, value: str) -> None:
    """Chooses an option as a click on its words does."""
    page.click(f'label:has(input[name={name}][value="{value}"])')
