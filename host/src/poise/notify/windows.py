"""Call, presentation and quiet time on Windows: by the shell's notification state and the microphone's registry."""

import time
from collections.abc import Iterable

from .reasons import CALL, PRESENTING, QUIET

# QUERY_USER_NOTIFICATION_STATE of shellapi.h: a full-screen program or presentation settings, a full-screen game,
# presentation mode; and the quiet time.
_STATES = {2: PRESENTING, 3: PRESENTING, 4: PRESENTING, 6: QUIET}
# Below HKEY_CURRENT_USER: each program's last use of the microphone, as FILETIMEs.
_MICROPHONE = (
    r"Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore\microphone"
)
_FOLDERS = (_MICROPHONE, _MICROPHONE + r"\NonPackaged")
_FILETIME_EPOCH_S = 11_644_473_600  # from 1601 to 1970
_FILETIME_PER_S = 10_000_000


def busy() -> str:
    """Return CALL, PRESENTING, QUIET or "" for this session."""
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    kernel.GetTickCount64.restype = ctypes.c_ulonglong
    started_s = time.time() - kernel.GetTickCount64() / 1000
    if is_in_use(_uses(), started_s):
        return CALL
    state = ctypes.c_int(0)
    failed = ctypes.windll.shell32.SHQueryUserNotificationState(ctypes.byref(state))  # type: ignore[attr-defined]
    return "" if failed else of_state(state.value)


def of_state(state: int) -> str:
    """Return PRESENTING, QUIET or "" for a QUERY_USER_NOTIFICATION_STATE."""
    return _STATES.get(state, "")


def is_in_use(uses: Iterable[tuple[int, int]], started_s: float) -> bool:
    """Return whether a program uses the microphone, from (start, stop) of each one's last use, as FILETIMEs.

    `started_s`: start of Windows, UNIX time. A stop of 0 is a use that goes on, unless Windows started since.
    """
    since = (started_s + _FILETIME_EPOCH_S) * _FILETIME_PER_S
    return any(start > since and stop == 0 for start, stop in uses)


def _uses() -> list[tuple[int, int]]:
    import winreg

    found: list[tuple[int, int]] = []
    for folder in _FOLDERS:
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, folder) as key:  # type: ignore[attr-defined]
                count = winreg.QueryInfoKey(key)[0]  # type: ignore[attr-defined]
                names = [winreg.EnumKey(key, n) for n in range(count)]  # type: ignore[attr-defined]
        except OSError:
            continue
        found += [use for name in names if (use := _use(f"{folder}\\{name}"))]
    return found


def _use(path: str) -> tuple[int, int] | None:
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:  # type: ignore[attr-defined]
            start, stop = (
                winreg.QueryValueEx(key, f"LastUsedTime{end}")[0]  # type: ignore[attr-defined]
                for end in ("Start", "Stop")
            )
    except OSError:
        return None  # never used
    return int(start), int(stop)
