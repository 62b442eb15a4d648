"""How this installation of Poise is added to and updated, by a command that works as it stands.

Poise is on no package index: it is installed from a source folder or a wheel file, and an extra comes from there as
well. The installer notes where (PEP 610).
"""

import importlib.util
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

NAME = "poise-clip"
_SOURCE = Path(__file__).absolute().parents[3]
_PLAIN = re.compile(r"[\w@%+:,./\\=-]+")  # what no shell takes for anything else
_EXTRA = r"""\s*(?:;|and)\s*\(?extra == ['"]{}['"]\)?"""


def add(extra: str, instead: str = "") -> str:
    """A hint: the command that adds this extra here. `instead`: what else would do."""
    other = f", or {instead}" if instead else ""
    return f"Run `{command(extra)}`{other}."


def command(extra: str) -> str:
    """The command that adds this extra to what runs now."""
    return " ".join(_quoted(word) for word in (*_installer(), *_what(extra)))


def update() -> str:
    """A hint: how to get a newer one."""
    folder = _source_folder()
    if folder:
        return f"Update Poise: bring its source folder {folder} up to date."
    installs = " ".join(_quoted(word) for word in _installer())
    return f"Update Poise: run `{installs} FILE.whl` with the newer wheel file."


def _what(extra: str) -> tuple[str, ...]:
    folder = _source_folder()
    if folder:
        return "-e", f"{folder}[{extra}]"
    noted = _noted()
    url = str(noted.get("url", ""))
    if url.startswith("file:"):
        if (path := _path(url)).exists():
            return (f"{path}[{extra}]",)
    elif "vcs_info" in noted:
        vcs = noted["vcs_info"]
        return (f"{NAME}[{extra}] @ {vcs['vcs']}+{url}@{vcs['commit_id']}",)
    elif url:
        return (f"{NAME}[{extra}] @ {url}",)
    return tuple(_wanted(extra, _requirements()))


def _source_folder() -> Path | None:
    """The folder of the sources that run, if they do."""
    project = _SOURCE / "pyproject.toml"
    return _SOURCE if project.is_file() and NAME in project.read_text(encoding="utf-8") else None


def _noted() -> dict[str, Any]:
    """What the installer has noted; nothing, when it had only the name."""
    from importlib import metadata  # takes its time, and is for who lacks something

    try:
        return json.loads(metadata.distribution(NAME).read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return {}


def _requirements() -> list[str]:
    from importlib import metadata

    try:
        return metadata.requires(NAME) or []
    except metadata.PackageNotFoundError:
        return []


def _path(url: str) -> Path:
    """Of a file's address; on Windows that has a slash before the drive."""
    path = unquote(urlsplit(url).path)
    return Path(path[1:] if re.match(r"/[A-Za-z]:", path) else path)


def _wanted(extra: str, requirements: Iterable[str]) -> Iterable[str]:
    """What the extra consists of, where nobody has noted what it could come from."""
    mark = re.compile(_EXTRA.format(re.escape(extra)))
    return (mark.sub("", each).strip() for each in requirements if mark.search(each))


def _installer() -> tuple[str, ...]:
    if importlib.util.find_spec("pip") is None:
        return "uv", "pip", "install", "--python", sys.executable  # its environments have no pip
    return sys.executable, "-m", "pip", "install"


def _quoted(word: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    return f'"{word}"' if sys.platform == "win32" else "'" + word.replace("'", "'\"'\"'") + "'"
