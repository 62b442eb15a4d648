"""The best time of a few runs: what the machine does beside them only ever adds to it."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.testclient import TestClient


def best_s(work: Callable[[], object], runs: int) -> float:
    """Return the seconds of the fastest of `runs` calls of `work`."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def page_s(client: "TestClient", address: str, shown: str, runs: int) -> float:
    """Return the same of a page, which must come and hold the text `shown`."""

    def get() -> None:
        answer = client.get(address)
        assert answer.status_code == 200 and shown in answer.text, address

    return best_s(get, runs)
