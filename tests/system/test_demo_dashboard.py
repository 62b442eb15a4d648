"""`poise demo --dashboard`: an address, ninety days and a clip that is worn now, in one store; and a clean end."""

import datetime as dt
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from poise.demo.history import CLIP_ID
from poise.store import Store
from tests.conftest import WITHIN_S
from tests.dashboard.browser import launched

pytestmark = pytest.mark.system


def test_what_a_newcomer_sees(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-m", "poise", "demo", "--dashboard", "--no-browser", "--keep", str(tmp_path / "kept")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert "made-up" in process.stdout.readline()
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        with launched() as browser:
            page = browser.new_page()
            page.set_default_timeout(1000 * WITHIN_S)
            page.goto(url)
            # It is worn and has its upright: the angle is told, and follows the wearer.
            page.wait_for_function(
                "document.getElementById('state')?.textContent.startsWith('You are')"
            )
            page.wait_for_function("/\\d/.test(document.getElementById('angle').textContent)")
            assert "Collar tilt" in page.inner_text(".tilt")
            first = page.get_attribute("#minute", "points")
            page.wait_for_timeout(1_000)
            assert page.get_attribute("#minute", "points") != first
            # What the clip says of its new start position is told without waiting for the next status.
            page.goto(page.url.rstrip("/") + "/clip")
            page.get_by_text("Sits as calibrated").wait_for()
            assert re.search(r"Quality of the start position\s+\d\d+ %", page.inner_text("main"))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=WITHIN_S)
    finally:
        process.kill()
    assert process.returncode in (0, 130), errors
    assert "Traceback" not in errors
    with Store.open(tmp_path / "kept/host/poise.db") as store:
        assert store.clips.ids() == [CLIP_ID], "the history and the live clip are one"
        kinds = [event.kind for event in store.records.events(CLIP_ID)][-40:]
        assert "boot" in kinds and "calibration" in kinds
        today = dt.datetime.now(dt.UTC).date()
        assert len(store.diary.days(today - dt.timedelta(91), today)) > 60
