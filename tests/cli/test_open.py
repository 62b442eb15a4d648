"""`poise open` from a menu, where nobody reads a terminal: what is wrong is shown in the browser."""

import sys
import time
from pathlib import Path

import pytest

from poise.cli import browser
from poise.errors import PoiseError, Reason
from tests.conftest import WITHIN_S
from tests.support.command import refused

BROWSER = """
import os, sys, urllib.parse
from pathlib import Path
path = Path(urllib.parse.unquote(urllib.parse.urlparse(sys.argv[1]).path))
Path(os.environ["SEEN"] + ".part").write_text(path.read_text())
os.rename(os.environ["SEEN"] + ".part", os.environ["SEEN"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="starts a browser as on POSIX")
def test_a_store_that_does_not_open_is_told_in_the_browser(poise, tmp_path: Path) -> None:
    script, seen = tmp_path / "browser.py", tmp_path / "seen"
    script.write_text(BROWSER)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/poise.db").write_bytes(b"x" * 5000)
    more = {
        "BROWSER": f"{sys.executable} {script} %s",
        "SEEN": str(seen),
        "HOME": str(tmp_path),
    }
    line = refused(poise("open", **more), Reason.STORE_BROKEN)
    end_s = time.monotonic() + WITHIN_S
    while not seen.exists():
        assert time.monotonic() < end_s
        time.sleep(0.02)
    assert "Poise could not start" in seen.read_text()
    assert "restore" in line and "restore" in seen.read_text()
    seen.unlink()
    refused(poise("open", "--no-browser", **more), Reason.STORE_BROKEN)
    assert not seen.exists()


def test_trouble_is_shown_although_the_data_folder_is_the_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    opened: list[str] = []
    monkeypatch.setattr(browser.webbrowser, "open", opened.append)
    monkeypatch.setattr(browser, "_SNAPS", tmp_path / "none")
    no_folder = tmp_path / "file"
    no_folder.write_text("")
    error = PoiseError(Reason.STORE_UNWRITABLE, "the folder <data> is a file", "Name another.")
    browser.show_trouble([no_folder, tmp_path], error)
    page = tmp_path / "poise-trouble.html"
    assert opened == [page.as_uri()]
    assert "the folder &lt;data&gt; is a file" in page.read_text(encoding="utf-8")
