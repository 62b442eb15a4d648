"""Poses at rest, and what they tell of the accelerometer. Loaded when a pose has come, then unloaded.

The true force is 1 g long in each pose. By how much its length differs shows the error of each axis (I. Frosio, F.
Pedersini, N. A. Borghese, IEEE Trans. Instrum. Meas. 58, 2009): no pose has to be known. Six unknowns are more than the
poses of a wearer show, so each is held near 0 as strongly as datasheets suggest: what no pose shows stays as it is.
Least squares in whole numbers: every VM finds the same.
"""

import struct
from array import array

from motion.accelerometer import MOST_POSES, NONE, measured, true

_LEAST_MG = 850  # a pose's length: datasheets allow 3 % of scale and 80 mg an axis
_MOST_MG = 1_150
_NEAR_SQUARE = 22_500  # mg**2: a pose within 150 mg, or 9 degrees, is the same
_CHANGE = 6  # mg or permille: less is no news, 0.3 degrees
_FORMAT = "<12sB6h36h"
_LEAST_POSES = 5
_SPREAD_SQUARE = 268_000  # mg**2: two poses at least 30 degrees apart
_PLAIN_MG = 15  # a length that is off by less needs no correction
_POSE_MG = 6  # what a pose's length is off by for other reasons
_OFFSET_MG = 60
_SCALE_PERMILLE = 10
_MOST_OFFSET_MG = 100
_MOST_SCALE_PERMILLE = 30
_ROUNDS = 4


def learn(of: "Accelerometer") -> "Ints | None":
    """Keep the pose that is due, and reckon the error anew. Return the error before if it has changed, else None."""
    error = of.error
    pose = list(measured(of.pose_mg, error, 1_000))
    of.due = False
    if not _LEAST_MG**2 <= sum(mg * mg for mg in pose) <= _MOST_MG**2:
        return None
    _keep(of, pose)
    found = fit(of.poses)
    if found is None or max(abs(found[i] - error[i]) for i in range(6)) < _CHANGE:
        return None
    of.error = tuple(found) if any(found) else NONE
    of.unsaved = True
    return error


def _keep(of: "Accelerometer", pose: "list[int]") -> None:
    poses = of.poses
    for at in range(0, len(poses), 3):
        if sum((poses[at + i] - pose[i]) ** 2 for i in range(3)) < _NEAR_SQUARE:
            for i in range(3):
                poses[at + i] += (pose[i] - poses[at + i]) // 2
            return
    # Once there are all, a new one is worth no write to the flash.
    of.unsaved = of.unsaved or len(poses) < 3 * MOST_POSES
    of.poses = array("h", list(poses)[-3 * (MOST_POSES - 1) :] + pose)


def fields(of: "Accelerometer") -> "Fields":
    """Return the fields of the record `accelerometer`."""
    found = {"poses": len(of.poses) // 3}
    for i in range(3):
        found["xyz"[i] + "_offset_mg"] = of.error[i]
        found["xyz"[i] + "_scale_permille"] = of.error[3 + i]
    return found


def dump(of: "Accelerometer", sensor: str) -> bytes:
    """Return all that is known of the sensor with this name, which is saved from now on."""
    of.unsaved = False
    values = list(of.poses) + [0] * (3 * MOST_POSES - len(of.poses))
    return struct.pack(_FORMAT, sensor.encode(), len(of.poses) // 3, *of.error, *values)


def load(of: "Accelerometer", data: "bytes | None", sensor: str) -> None:
    """Take what `dump` returned of this sensor; of another one, or None: know nothing."""
    of.error, of.poses = NONE, array("h")
    if data is None or len(data) != struct.calcsize(_FORMAT):
        return
    values = struct.unpack(_FORMAT, data)
    if values[0].rstrip(b"\0") == sensor.encode():
        of.error = values[2:8] if any(values[2:8]) else NONE
        of.poses = array("h", values[8 : 8 + 3 * min(values[1], MOST_POSES)])


def fit(poses: "IntBuffer") -> "list[int] | None":
    """Return three offsets in mg and three scales in permille, or None if the poses do not show them.

    Args:
        poses: three integers in mg for each pose.
    """
    vectors = [poses[i : i + 3] for i in range(0, len(poses), 3)]
    if len(vectors) < _LEAST_POSES or _spread(vectors) < _SPREAD_SQUARE:
        return None
    nothing = [0] * 6
    plain = _squares(vectors, nothing)
    if plain < len(vectors) * _PLAIN_MG * _PLAIN_MG:
        return nothing
    found = nothing
    for _ in range(_ROUNDS):
        step = _solved(_equations(vectors, found))
        found = [found[i] + step[i] for i in range(6)]
    offset, scale = found[:3], found[3:]
    if max(map(abs, offset)) > _MOST_OFFSET_MG or max(map(abs, scale)) > _MOST_SCALE_PERMILLE:
        return None
    return found if 4 * _squares(vectors, found) < plain else None


def _too_long_mg(force: "Ints") -> int:
    return (force[0] ** 2 + force[1] ** 2 + force[2] ** 2 - 1_000_000) // 2_000


def _squares(vectors: "Vectors", error: "Ints") -> int:
    """Return the sum of the squares of what the lengths are off by."""
    return sum(_too_long_mg(true(vector, error, 1_000)) ** 2 for vector in vectors)


def _spread(vectors: "Vectors") -> int:
    """Return the square of the greatest distance of two poses."""
    return max(
        sum((one[i] - other[i]) ** 2 for i in range(3)) for one in vectors for other in vectors
    )


def _equations(vectors: "Vectors", error: "Ints") -> "list[list[int]]":
    """Return the six normal equations of the next step, seven integers each."""
    weights = [(_POSE_MG * 1_000 // _OFFSET_MG) ** 2] * 3
    weights += [(_POSE_MG * 1_000 // _SCALE_PERMILLE) ** 2] * 3
    rows = [[0] * 7 for _ in range(6)]
    for i in range(6):
        rows[i][i] = weights[i]
        rows[i][6] = -weights[i] * error[i]
    for vector in vectors:
        force = true(vector, error, 1_000)
        slope = force + tuple(v * v // 1_000 for v in force)  # of the length, in thousandths
        away = _too_long_mg(force) * 1_000
        for i in range(6):
            for j in range(6):
                rows[i][j] += slope[i] * slope[j]
            rows[i][6] += slope[i] * away
    return rows


def _solved(rows: "list[list[int]]") -> "list[int]":
    """Return the whole numbers nearest to the solution, without a fraction (E. H. Bareiss, Math. Comp. 22, 1968)."""
    last = 1
    for k in range(5):
        for i in range(k + 1, 6):
            for j in range(k + 1, 7):
                rows[i][j] = (rows[i][j] * rows[k][k] - rows[i][k] * rows[k][j]) // last
        last = rows[k][k]
    whole = rows[5][5]
    found = [0] * 6
    for i in range(5, -1, -1):
        rest = rows[i][6] * whole - sum(rows[i][j] * found[j] for j in range(i + 1, 6))
        found[i] = rest // rows[i][i]
    return [(2 * value + whole) // (2 * whole) for value in found]
