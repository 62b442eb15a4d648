"""Table of movements: how each is sensed, and at which site the clip must sit.

Standing of a result: "sensed" (counted or timed by the sensor), "partly" (the sensor senses a part,
the wearer reports the rest), "self_reported" (a timer and the wearer's report). A collar clip cannot
tell flexion from a slump, so no neck movement is sensed there. This table does not say that a movement
is right, safe or good for anybody: the therapist decides which one, how far and how often.
"""

from ..language import N_

SENSED = "sensed"
PARTLY = "partly"
SELF_REPORTED = "self_reported"

# Where the clip is worn in a session; "head+trunk" is two clips whose angles are subtracted.
SITES = ("head", "collar", "head+trunk")

# Kinds of a movement.
REPETITIONS = "repetitions"  # out and back, counted
HOLD = "hold"  # an end posture and its seconds
LEVEL = "level"  # a part of the person's own full nod and its seconds
STILL = "still"  # the start posture and its seconds
TIMED = "timed"  # nothing sensed: a timer and the wearer's report

# Axes; the sign is that of the filter's output (+ forward, + right).
FLEXION = 0
LATERAL = 1
ROTATION = 2
NO_AXIS = -1

_HEAD = (SENSED, SELF_REPORTED, SENSED)
_PART = (PARTLY, SELF_REPORTED, PARTLY)
_NONE = (SELF_REPORTED, SELF_REPORTED, SELF_REPORTED)
_TRUNK_STILL = N_("with one clip only while the trunk is still")
_SNAG = N_("the turn; not the force of the strap")
_STRETCH = N_("end posture and seconds; not the force")
_LEVATOR = N_("flexion and seconds; not the turn of the head, not the force")
_THORAX = N_("timed; the trunk hardly moves with it")

# Movement: (kind, axis, sign, source at each of SITES, limits in a few words).
MOVEMENTS = {
    "flexion": (REPETITIONS, FLEXION, 1, _HEAD, _TRUNK_STILL),
    "extension": (REPETITIONS, FLEXION, -1, _HEAD, _TRUNK_STILL),
    "lateral_left": (REPETITIONS, LATERAL, -1, _HEAD, _TRUNK_STILL),
    "lateral_right": (REPETITIONS, LATERAL, 1, _HEAD, _TRUNK_STILL),
    "rotation_left": (REPETITIONS, ROTATION, -1, _HEAD, _TRUNK_STILL),
    "rotation_right": (REPETITIONS, ROTATION, 1, _HEAD, _TRUNK_STILL),
    "self_snag_left": (REPETITIONS, ROTATION, -1, _PART, _SNAG),
    "self_snag_right": (REPETITIONS, ROTATION, 1, _PART, _SNAG),
    "nod": (LEVEL, FLEXION, 1, _HEAD, N_("the angle; not which muscles do it")),
    "chin_tuck": (HOLD, FLEXION, 1, _PART, N_("timed; its small nod, not the glide back")),
    "stretch_trapezius_left": (HOLD, LATERAL, -1, _HEAD, _STRETCH),
    "stretch_trapezius_right": (HOLD, LATERAL, 1, _HEAD, _STRETCH),
    "stretch_levator": (HOLD, FLEXION, 1, _PART, _LEVATOR),
    "isometric": (STILL, NO_AXIS, 1, _PART, N_("stillness and seconds; not the force")),
    "posture_reset": (
        HOLD,
        FLEXION,
        -1,
        (PARTLY, SENSED, SENSED),
        N_("the change from the start; not what is upright"),
    ),
    "scapular_retraction": (TIMED, NO_AXIS, 1, _NONE, _THORAX),
    "row": (TIMED, NO_AXIS, 1, _NONE, _THORAX),
    "arm_raise": (TIMED, NO_AXIS, 1, _NONE, _THORAX),
}

# Craniocervical flexion: levels in % of the person's own full nod, and the band around each in
# percentage points of it (Falla 2003: 22.9 % to 76.6 %, linear; the band is a design choice).
NOD_LEVELS_PCT = (23, 36, 50, 63, 77)
NOD_BAND_PCT = 10
_NOD_BAND_CDEG = 100  # least half band: a sitting head's own sway leaves a narrower one

STILL_CDEG = 300  # isometric: the most that the head may move
RESET_CDEG = (500, 2_000)  # posture reset: the trunk's change of tilt
STRETCH_CDEG = (
    1_000  # half the band around a stretch's end posture, which is usually 30 to 45 degrees
)
CHIN_TUCK_CDEG = (150, 1_500)  # the nod that goes with the glide


def source(movement: str, site: str) -> str:
    """Return SENSED, PARTLY or SELF_REPORTED for a movement at a site.

    Raises:
        KeyError: the movement is not in the table.
        ValueError: the site is none of SITES.
    """
    return MOVEMENTS[movement][3][SITES.index(site)]


def limits(movement: str, site: str) -> str:
    """Return, in a few words, which part of a movement is sensed at a site and which not. Raises as `source`."""
    level = source(movement, site)
    seen_at_head = MOVEMENTS[movement][3][0] != SELF_REPORTED
    if level == SELF_REPORTED and seen_at_head:
        return N_("at the collar the clip can't see this one; you log it yourself")
    return MOVEMENTS[movement][4]


def nod_band(full_cdeg: int, level: int) -> tuple[int, int]:
    """Return (low, high) of a nod level, 0.01 degrees. `full_cdeg`: the person's own full nod, above 0.

    Args:
        level: 0 to 4, the places of NOD_LEVELS_PCT.
    """
    target = full_cdeg * NOD_LEVELS_PCT[level] // 100
    half = max(_NOD_BAND_CDEG, full_cdeg * NOD_BAND_PCT // 100)
    return target - half, target + half
