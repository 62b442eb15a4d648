"""Call and presentation on macOS: by CoreAudio and the power assertions. Focus is told to no other program."""

import ctypes
import ctypes.util
import re

from .ask import output
from .reasons import CALL, PRESENTING

_SYSTEM_OBJECT = 1
_GLOBAL = "glob"


async def busy() -> str:
    """Return CALL, PRESENTING or "" for this computer."""
    if _is_microphone_in_use():
        return CALL
    return PRESENTING if keeps_awake(await output("pmset", "-g", "assertions")) else ""


def keeps_awake(assertions: str) -> bool:
    """Return whether a program keeps the display awake, from `pmset -g assertions`."""
    return re.search(r"^\s*PreventUserIdleDisplaySleep\s+1$", assertions, re.MULTILINE) is not None


class _Address(ctypes.Structure):
    """CoreAudio's AudioObjectPropertyAddress."""

    _fields_ = (
        ("selector", ctypes.c_uint32),
        ("scope", ctypes.c_uint32),
        ("element", ctypes.c_uint32),
    )


def _is_microphone_in_use() -> bool:
    """Return whether the default input device runs in any program."""
    path = ctypes.util.find_library("CoreAudio")
    if path is None:
        return False
    audio = ctypes.CDLL(path)
    microphone = _number(audio, _SYSTEM_OBJECT, "dIn ")  # kAudioHardwarePropertyDefaultInputDevice
    # kAudioDevicePropertyDeviceIsRunningSomewhere
    return bool(microphone) and _number(audio, microphone, "gone") == 1


def _number(audio: ctypes.CDLL, thing: int, selector: str) -> int:
    """Return a 32-bit property of an audio object; 0 if it has none."""
    address = _Address(four_bytes(selector), four_bytes(_GLOBAL), 0)
    value, size = ctypes.c_uint32(0), ctypes.c_uint32(4)
    failed = audio.AudioObjectGetPropertyData(
        ctypes.c_uint32(thing),
        ctypes.byref(address),
        ctypes.c_uint32(0),
        None,
        ctypes.byref(size),
        ctypes.byref(value),
    )
    return 0 if failed else value.value


def four_bytes(name: str) -> int:
    """Return CoreAudio's number of a name of four letters."""
    return int.from_bytes(name.encode("ascii"), "big")
