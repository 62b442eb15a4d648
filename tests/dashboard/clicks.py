"""What tests of several pages do."""

import time
from collections.abc import Callable

from playwright.sync_api import Page

from tests.conftest import WITHIN_S


def choose(page: Page, name: str, value: str) -> None:
    """Chooses an option as a click on its words does."""
    page.click(f'label:has(input[name={name}][value="{value}"])')


def until(page: Page, holds: Callable[[], object]) -> None:
    """Returns once it holds, while the page goes on. However long a busy machine takes: the guard is against hangs."""
    end_s = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < end_s
        page.wait_for_timeout(50)
