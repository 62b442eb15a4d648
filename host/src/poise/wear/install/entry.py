"""Poise among the user's programs: a menu entry on Linux, a bundle on macOS, a Start menu shortcut on Windows.

Pure; `run.carry_out` carries the steps out. Each system's own format: the Desktop Entry and Icon Theme specifications,
an application bundle with its property list, and Windows' shell link, which Windows itself writes.
"""

import plistlib
import shlex
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ...language import N_, _
from .steps import Command, Remove, RemoveFolder, Service, Step, Write, WriteBytes, unsupported
from .texts import windows_word

APP_ID = "org.poise.Poise"
NAME = "Poise"
_KIND = N_("Posture coach")
COMMENT = N_("Reminds you of your neck exercises and shows your posture")
_WHY_BLUETOOTH = N_("Poise talks to the clip that you wear.")
_RESERVED = frozenset(
    " \t\n\"'\\><~|&;$*?#()`"
)  # the Desktop Entry's characters that ask for quotes
_ICNS_256 = b"ic08"  # a PNG of 256 × 256
_PNG_SIZE = struct.Struct(">II")
_PNG_SIZE_AT = 16  # in the file: after the signature, and length and name of the chunk IHDR


@dataclass(frozen=True)
class Entry:
    """The entry to make. `service` names the program and the user's folders; `svg` and `png` are the icon.

    `share` is XDG_DATA_HOME where it is set, `start_menu` the folder of the user's Start menu on Windows.
    """

    service: Service
    svg: str
    png: bytes
    share: PurePath | None = None
    start_menu: PurePath | None = None

    @property
    def command(self) -> list[str]:
        """The command line that the entry starts."""
        return [*self.service.poise, "open"]


def entering(entry: Entry) -> list[Step]:
    """Return the steps that make the entry. Each can be repeated without harm.

    Raises PoiseError (BAD_INPUT) on a platform that is not supported.
    """
    platform = entry.service.platform
    if platform.startswith("linux"):
        return [
            Write(_linux_icon(entry), entry.svg),
            Write(_linux_file(entry), desktop_entry(_linux_command(entry))),
            _linux_update(entry),
        ]
    if platform == "darwin":
        contents = _mac_bundle(entry) / "Contents"
        return [
            Write(contents / "Info.plist", mac_info()),
            WriteBytes(contents / "Resources/Poise.icns", icns(entry.png)),
            Write(contents / "MacOS/Poise", _mac_program(entry), runs=True),
        ]
    if platform == "win32":
        return [
            WriteBytes(_windows_icon(entry), ico(entry.png)),
            Command(_powershell(_shortcut_script(entry))),
        ]
    raise unsupported(platform)


def leaving(entry: Entry) -> list[Step]:
    """Return the steps that remove the entry. Raises PoiseError (BAD_INPUT) on a platform that is not supported."""
    platform = entry.service.platform
    if platform.startswith("linux"):
        return [
            Remove(_linux_icon(entry)),
            Remove(_linux_file(entry)),
            _linux_update(entry),
        ]
    if platform == "darwin":
        bundle = _mac_bundle(entry)
        contents = bundle / "Contents"
        files = ("Info.plist", "Resources/Poise.icns", "MacOS/Poise")
        folders = (contents / "Resources", contents / "MacOS", contents, bundle)
        return [
            *(Remove(contents / each) for each in files),
            *(RemoveFolder(each) for each in folders),
        ]
    if platform == "win32":
        return [Remove(_windows_icon(entry)), Remove(_windows_shortcut(entry))]
    raise unsupported(platform)


# --- Linux


def desktop_entry(command: Sequence[str]) -> str:
    """Return the text of a Desktop Entry that starts this command."""
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        "Version=1.0",
        f"Name={NAME}",
        f"GenericName={_(_KIND)}",
        f"Comment={_(COMMENT)}",
        f"Icon={APP_ID}",
        f"Exec={' '.join(_exec_word(word) for word in command)}",
        "Terminal=false",
        "StartupNotify=false",
        "Categories=Utility;",
        "Keywords=posture;neck;exercise;reminder;",
    ]
    return "\n".join(lines) + "\n"


def _exec_word(word: str) -> str:
    """Return a word of Exec: quoted and escaped as an argument, then escaped as a string of the file."""
    if word and not any(sign in _RESERVED for sign in word):
        quoted = word
    else:
        quoted = '"' + "".join(f"\\{sign}" if sign in '"`$\\' else sign for sign in word) + '"'
    return quoted.replace("\\", "\\\\").replace("%", "%%").replace("\n", "\\n").replace("\t", "\\t")


def _linux_command(entry: Entry) -> list[str]:
    carried = [f"{name}={value}" for name, value in sorted(entry.service.environment.items())]
    return [*(("env", *carried) if carried else ()), *entry.command]


def _linux_share(entry: Entry) -> PurePath:
    return entry.share or entry.service.home / ".local/share"


def _linux_file(entry: Entry) -> PurePath:
    return _linux_share(entry) / "applications" / f"{APP_ID}.desktop"


def _linux_icon(entry: Entry) -> PurePath:
    return _linux_share(entry) / "icons/hicolor/scalable/apps" / f"{APP_ID}.svg"


def _linux_update(entry: Entry) -> Command:
    # Desktops watch the folder by themselves; a few ask for this.
    folder = str(_linux_file(entry).parent)
    return Command(("update-desktop-database", folder), may_fail=True)


# --- macOS


def mac_info() -> str:
    """Return the property list of the application bundle."""
    value = {
        "CFBundleIdentifier": APP_ID,
        "CFBundleName": NAME,
        "CFBundleDisplayName": NAME,
        "CFBundleExecutable": NAME,
        "CFBundleIconFile": NAME,
        "CFBundlePackageType": "APPL",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleShortVersionString": "1.0",
        "CFBundleVersion": "1",
        # Its windows are the browser's.
        "LSUIElement": True,
        "NSBluetoothAlwaysUsageDescription": _(_WHY_BLUETOOTH),
    }
    return plistlib.dumps(value, sort_keys=False).decode()


def _mac_program(entry: Entry) -> str:
    # The program ends at once: macOS starts no second one beside it, and a second click has to open the page again.
    exports = "".join(
        f"export {name}={shlex.quote(value)}\n"
        for name, value in sorted(entry.service.environment.items())
    )
    return f"#!/bin/sh\n{exports}nohup {shlex.join(entry.command)} >/dev/null 2>&1 </dev/null &\n"


def _mac_bundle(entry: Entry) -> PurePath:
    return entry.service.home / "Applications" / f"{NAME}.app"


def icns(png: bytes) -> bytes:
    """Return an icon file of macOS with this picture of 256 × 256."""
    assert _size(png) == (256, 256)
    block = _ICNS_256 + struct.pack(">I", len(png) + 8) + png
    return b"icns" + struct.pack(">I", len(block) + 8) + block


# --- Windows


def ico(png: bytes) -> bytes:
    """Return an icon file of Windows with this picture of 256 × 256."""
    assert _size(png) == (256, 256)
    head = struct.pack("<HHH", 0, 1, 1)
    # In the directory 0 stands for 256.
    listed = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(png), len(head) + 16)
    return head + listed + png


def _shortcut_script(entry: Entry) -> str:
    """Return a PowerShell script that makes the shortcut."""
    program, *arguments = entry.command
    fields = {
        "TargetPath": program,
        "Arguments": " ".join(windows_word(word) for word in arguments),
        "IconLocation": str(_windows_icon(entry)),
        "WorkingDirectory": str(entry.service.home),
        "Description": _(COMMENT),
    }
    lines = [
        "$ErrorActionPreference = 'Stop'",
        f"$s = (New-Object -ComObject WScript.Shell).CreateShortcut({_literal(str(_windows_shortcut(entry)))})",
        *(f"$s.{name} = {_literal(value)}" for name, value in fields.items()),
        "$s.Save()",
    ]
    return "; ".join(lines)


def _literal(text: str) -> str:
    """Return PowerShell's string of this text, in which no character but the quote is special."""
    return "'" + text.replace("'", "''").replace("\u2019", "\u2019\u2019") + "'"


def _powershell(script: str) -> tuple[str, ...]:
    return "powershell", "-NoProfile", "-NonInteractive", "-Command", script


def _windows_shortcut(entry: Entry) -> PurePath:
    menu = entry.start_menu
    if menu is None:
        menu = entry.service.home / "AppData/Roaming/Microsoft/Windows/Start Menu/Programs"
    return menu / f"{NAME}.lnk"


def _windows_icon(entry: Entry) -> PurePath:
    return entry.service.data / "poise.ico"


def _size(png: bytes) -> tuple[int, int]:
    width, height = _PNG_SIZE.unpack_from(png, _PNG_SIZE_AT)
    return width, height
