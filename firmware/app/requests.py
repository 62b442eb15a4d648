"""The requests that hosts make rarely, by their names in the message table. Loaded for one request, then unloaded.

Each takes the clip, the link, the request's id and its fields, and returns the reply. Raises Refusal.
"""

from link.service import Refusal
from storage.settings import SettingError
from system.unload import unload
from wire import codec
from wire.table import names

_SAME_TIME_MS = 60_000  # oldest reading of the clock that is accepted: at 100 ppm it is off by 6 ms
_FIRST_HOUR = (
    473_352  # UTC, 2024-01-01: an earlier time is a host's lost clock (see poise.timebase.clock)
)
_END_HOUR = 1_139_568  # 2100-01-01


def time_set(
    clip: "Clip", link: "Link", request_id: int, utc_ms: int, uncertainty_ms: int, at_ms: int
) -> bytes:
    """Set the clip's time. Raises Refusal "bad_field" for a time that is not taken."""
    if not set_time(clip, utc_ms, uncertainty_ms, at_ms):
        raise Refusal("bad_field", 0)
    return clip.service.ok(request_id)


def set_time(clip: "Clip", utc_ms: int, uncertainty_ms: int, at_ms: int = 0) -> bool:
    """Take the time and note it as a record, by which the host maps the clip's milliseconds to UTC.

    Return False, and take nothing, if the time is out of range or `at_ms` is too long ago. `at_ms` is the clip's
    time in milliseconds at `utc_ms`; 0 means now.
    """
    now = clip.now_ms()
    if at_ms:
        if not 0 <= now - at_ms <= _SAME_TIME_MS:
            return False
        utc_ms += now - at_ms
    if not _FIRST_HOUR <= utc_ms // 3_600_000 < _END_HOUR:
        return False
    clip.utc_known = True
    clip._utc_at_0_s = (utc_ms - now) // 1000
    clip._clock_pair = (clip.log.boot, now, utc_ms, uncertainty_ms)
    clip.note("clock", {"utc_ms": utc_ms, "uncertainty_ms": uncertainty_ms})
    clip.board.keep_time(utc_ms, now, uncertainty_ms)
    clip.look_ms = 0
    return True


def setting_set(clip: "Clip", link: "Link", request_id: int, key: str, value: int) -> bytes:
    """Store a setting; reply with its value. Raises Refusal "bad_field" or "storage"."""
    refused = set_setting(clip, key, value)
    if refused:
        raise Refusal(refused, 1)
    return clip.service.ok(request_id, value)


def set_setting(clip: "Clip", key: str, value: int) -> "str | None":
    """Store a setting. Return None, or the name of the error (wire ENUMS "error")."""
    try:
        clip.settings.set(key, value)
    except SettingError:
        return "bad_field"
    except OSError:
        return "storage"
    clip.sampler.settings_changed()
    clip.note("setting", {"key": key, "value": value})
    return None


def calibrate(clip: "Clip", link: "Link", request_id: int, site: str, scope: str) -> bytes:
    """Start a calibration at `site` (wire ENUMS "site"; "unknown": the site that is set).

    Raises Refusal "busy" while a calibration is under way, or without a sensor.
    """
    clip.power.used(clip.now_ms())  # it needs the full rate
    number = names("site").index(site)
    if number and number != clip.settings.get("site"):
        set_setting(clip, "site", number)
    if not clip.sampler.calibrate(scope == "full"):
        raise Refusal("busy", 0)
    return clip.service.ok(request_id)


def repl(clip: "Clip", link: "Link", request_id: int) -> bytes:
    """Leave to the MicroPython prompt after the reply. Raises Refusal "not_on_this_link" on Bluetooth."""
    if not link.allows_repl:
        raise Refusal("not_on_this_link", 0)
    link.leaving = True
    return clip.service.ok(request_id)


def baud_set(clip: "Clip", link: "Link", request_id: int, baud: int) -> bytes:
    """Change the cable's rate after the reply; reply with the rate.

    Raises Refusal "not_on_this_link" on Bluetooth, "bad_field" for a rate that is out of range.
    """
    from link.baud import MOST_BAUD, USUAL_BAUD, Baud

    unload("link.baud")
    if not link.allows_repl:
        raise Refusal("not_on_this_link", 0)
    if not USUAL_BAUD <= baud <= MOST_BAUD:
        raise Refusal("bad_field", 0)
    link.baud = Baud(link, clip.board.set_baud, baud)
    return clip.service.ok(request_id, baud)


def bond_list(clip: "Clip", link: "Link", request_id: int) -> bytes:
    """Reply with the keys of the bonded hosts."""
    return codec.pack("bonds", request_id, peers=b"".join(clip.bonds.hosts()))


def bond_forget(clip: "Clip", link: "Link", request_id: int, peer: bytes) -> bytes:
    """Drop the bond of `peer`, or all bonds if it is all zeros; reply with the number that is left.

    Raises Refusal "storage".
    """
    everybody = not any(peer)
    try:
        left = clip.bonds.forget(None if everybody else peer)
    except OSError:
        raise Refusal("storage", 0) from None
    clip.note("bond", {"bond": "forgotten", "peer": peer})
    for other in clip.service.links:
        other.bonds_changed()
    return clip.service.ok(request_id, left)


def timetable_set(
    clip: "Clip", link: "Link", request_id: int, total: int, offset: int, data: bytes
) -> bytes:
    """Take a part of a timetable; reply with the number of bytes so far, at the end with the timetable's identity.

    Raises Refusal "bad_field" or "storage".
    """
    try:
        value = clip.timetable().take(clip, total, offset, data)
    except OSError:
        raise Refusal("storage", 0) from None
    if value is None:
        raise Refusal("bad_field", 2)
    return clip.service.ok(request_id, value)


def timetable_get(clip: "Clip", link: "Link", request_id: int) -> bytes:
    """Reply with the identity of the timetable in force; 0 without one."""
    return clip.service.ok(request_id, clip.timetable().identity(clip))


def owner_set(
    clip: "Clip", link: "Link", request_id: int, assignment: int, patient: bytes
) -> bytes:
    """Keep whose the clip is, for the message `identity`. Raises Refusal "storage"."""
    from app.status import owner

    unload("app.status")
    try:
        owner(clip).store(assignment.to_bytes(4, "little") + patient)
    except OSError:
        raise Refusal("storage", 0) from None
    return clip.service.ok(request_id)
