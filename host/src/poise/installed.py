"""Commands that add an extra to this installation of Poise or update it, ready to paste.

Poise is on no package index: it is installed from a source folder or a wheel file, and so are its extras. The
installer records the origin in `direct_url.json` (PEP 610).
"""

import importlib.util
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from .language import _

NAME = "poise-clip"
_PIPX_NOTE = "pipx_metadata.json"
_SOURCE = Path(__file__).absolute().parents[3]
_PLAIN = re.compile(r"[\w@%+:,./\\=-]+")  # characters that no shell treats as special
_EXTRA = r"""\s*(?:;|and)\s*\(?extra == ['"]{}['"]\)?"""


def add(extra: str, instead: str = "") -> str:
    """Return a hint with the command that adds this extra. `instead` names an alternative."""
    if instead:
        return _("Run `{command}`, or {other}.").format(command=command(extra), other=instead)
    return _("Run `{command}`.").format(command=command(extra))


def command(extra: str) -> str:
    """Return the command that adds this extra to the running installation, quoted for a shell."""
    name = _pipx_name()
    if name and not _source_folder():
        # pipx keeps what it injects over its own updates; what pip adds, it forgets.
        words = ("pipx", "inject", name, *_wanted(extra, _requirements()))
    else:
        words = (*_installer(), *_what(extra))
    return " ".join(_quoted(word) for word in words)


def update() -> str:
    """Return a hint that says how to update Poise."""
    folder = _source_folder()
    if folder:
        return _("Update Poise: bring its source folder {folder} up to date.").format(folder=folder)
    installs = (
        "pipx install --force" if _pipx_name() else " ".join(_quoted(word) for word in _installer())
    )
    return _("Update Poise: run `{command} FILE.whl` with the newer wheel file.").format(
        command=installs
    )


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
    """Return the source folder that Poise runs from, or None if it runs from an installed wheel."""
    project = _SOURCE / "pyproject.toml"
    return _SOURCE if project.is_file() and NAME in project.read_text(encoding="utf-8") else None


def _noted() -> dict[str, Any]:
    """Return the installer's record of the origin (`direct_url.json`), empty if it installed by name."""
    from importlib import metadata  # slow to import, and only needed when an extra is missing

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
    """Return the path of a file URL. On Windows, drop the slash before the drive letter."""
    path = unquote(urlsplit(url).path)
    return Path(path[1:] if re.match(r"/[A-Za-z]:", path) else path)


def _wanted(extra: str, requirements: Iterable[str]) -> Iterable[str]:
    """Yield the extra's own requirements, for an installation whose origin is not recorded."""
    mark = re.compile(_EXTRA.format(re.escape(extra)))
    return (mark.sub("", each).strip() for each in requirements if mark.search(each))


def _pipx_name() -> str:
    """Return pipx's name of this installation, "" if it is not pipx's."""
    prefix = Path(sys.prefix)
    return prefix.name if (prefix / _PIPX_NOTE).is_file() else ""


def _installer() -> tuple[str, ...]:
    if importlib.util.find_spec("pip") is None:
        return "uv", "pip", "install", "--python", sys.executable  # made without pip
    return sys.executable, "-m", "pip", "install"


def _quoted(word: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    return f'"{word}"' if sys.platform == "win32" else "'" + word.replace("'", "'\"'\"'") + "'"
