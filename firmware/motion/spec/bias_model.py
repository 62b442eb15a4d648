"""The kernels of `motion.bias` in plain Python, on checked integers. Not on the clip."""

from motion import layout as L
from motion.spec.int32 import I32, clamp, cross, rounded

VARIANCE_START_Q12 = 2_500 << 12
LEAN_NOISE_Q18 = 400
LEAN_CLAMP_Q18 = 1 << 16
VARIANCE_LEAK = 13
MG_Q18 = 262
GRAVITY_OFF = 10


def rest_and_bias(model: "AttitudeModel") -> None:
    """Update rest, the window and the bias after a burst's outputs, from the source that applies."""
    c, state = model.coeff, model.state
    n = state[L.SAMPLES]
    share = min(n * c[L.MEAN_GAIN], I32(1 << 15)) >> 2
    still = _is_still(model, share)
    _follow_window(model, still, share)
    state[L.REST] = I32(min(state[L.REST] + n, 1 << 20)) if still else I32(0)
    resting = state[L.REST] >= c[L.REST_SAMPLES]
    if not resting and state[L.COUNT] < c[L.START_SAMPLES]:
        return
    if not state[L.COVARIANCE]:
        for i in range(3):
            state[L.COVARIANCE + 4 * i] = I32(VARIANCE_START_Q12)
    q2 = [value >> 10 for value in state[L.COVARIANCE : L.COVARIANCE + 9]]
    state[L.COVARIANCE_Q2 : L.COVARIANCE_Q2 + 9] = q2
    window = state[L.WINDOW_SAMPLES]
    steps = []
    if not resting:
        steps = _steps_in_motion(model, q2)
    else:
        state[L.ROTATION] = I32(0)
        if window >= c[L.REST_SAMPLES]:
            steps = _steps_at_rest(model, q2, window)
    for i, step in enumerate(steps):
        state[L.BIAS + i] = clamp(state[L.BIAS + i] + step, c[L.BIAS_LIMIT])
    for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)):
        value = _remaining(model, q2, i, j, resting, bool(steps))
        state[L.COVARIANCE + 3 * i + j] = state[L.COVARIANCE + 3 * j + i] = value
    if steps and resting:
        _next_window(model)


def _remaining(
    model: "AttitudeModel", q2: "list[I32]", i: int, j: int, resting: bool, measured: bool
) -> "I32":
    """Return the covariance of axes `i` and `j` after what was measured, with the time that passed."""
    c, state = model.coeff, model.state
    n, value = state[L.SAMPLES], state[L.COVARIANCE + 3 * i + j]
    one, other = state[L.UNSEEN + i], state[L.UNSEEN + j]
    rise = n * c[L.VARIANCE_RISE] >> 8
    if not resting:
        seen = -(one * other)
        for k in range(3):
            seen = seen + q2[3 * i + k] * q2[3 * k + j]
        value -= (seen >> 8) * n * c[L.VARIANCE_FALL] >> c[L.VARIANCE_FALL_SHIFT]
    elif measured:
        value = (value >> 8) * one >> 6
        if i != j:
            value = (value >> 8) * other >> 6
    value -= q2[3 * i + j] * rise >> VARIANCE_LEAK
    return value + rise if i == j else value


def _is_still(model: "AttitudeModel", share: "I32") -> bool:
    """Return True if nothing moved in this burst; update the slow mean of the rate."""
    c, state = model.coeff, model.state
    force = [state[L.SUM_ACC + i] // state[L.SAMPLES] << 4 for i in range(3)]
    away = sum(abs(value - state[L.FORCE + i]) for i, value in enumerate(force))
    still = state[L.ACC_DEVIATION_MG] <= c[L.REST_DEVIATION_MG] * GRAVITY_OFF
    still = still and away <= c[L.REST_DEVIATION_MG] * MG_Q18
    spread = (state[L.SUM_RATE_SQUARE] // state[L.SAMPLES]) << 4
    for i, total_rate in enumerate(model.vector(L.SUM_RATE)):
        mean = total_rate // state[L.SAMPLES]
        rate = rounded(mean, 11)
        spread -= rate * rate
        total = (mean << 5) + state[L.BIAS + i]
        drift = (total >> 1) - (state[L.MEAN + i] >> 1)
        state[L.MEAN + i] += (drift >> 14) * share << 1
        still = still and abs(drift) <= c[L.REST_DRIFT] >> 1 and abs(total) <= c[L.BIAS_LIMIT]
    return still and spread <= c[L.REST_VARIANCE]


def _follow_window(model: "AttitudeModel", still: bool, share: "I32") -> None:
    """Update the slow mean of the force and, with the same delay, the angle turned since the window began."""
    c, state = model.coeff, model.state
    n, rest = state[L.SAMPLES], state[L.REST]
    begun = still and rest >= c[L.REST_SAMPLES] >> 2
    state[L.WINDOW_SAMPLES] = state[L.WINDOW_SAMPLES] + n if begun else I32(0)
    late = c[L.CROSS_SHIFT] + 2
    for i in range(3):
        force = state[L.SUM_ACC + i] // n << 4
        turned = slow = I32(0)
        if still and rest:
            before = state[L.FORCE + i]
            force = before + (clamp(force - before, LEAN_CLAMP_Q18) * share >> 14)
            turned = state[L.WINDOW + i] + (state[L.SUM_RATE + i] >> 3)
            slow = state[L.WINDOW_MEAN + i]
            slow += ((turned - slow) >> late) * share >> (14 - late)
        state[L.FORCE + i] = force
        if not begun:
            state[L.FORCE_BEFORE + i] = force
            turned, slow = turned - slow, I32(0)
        state[L.WINDOW + i], state[L.WINDOW_MEAN + i] = turned, slow


def _steps_at_rest(model: "AttitudeModel", q2: "list[I32]", window: "I32") -> "list[I32]":
    """Return the bias's steps: as far to the window's rate, less its lean, as each axis' variance allows."""
    c, state = model.coeff, model.state
    leans = [state[L.FORCE + i] - state[L.FORCE_BEFORE + i] for i in range(3)]
    leans = [clamp(v >> 4, 4096) if abs(v) >= LEAN_NOISE_Q18 else I32(0) for v in leans]
    steps = []
    # A clip that turns sees the force lean the other way: its turn is lean x up.
    for i, angle in enumerate(cross(model.vector(L.UP), leans, 14)):
        turned = state[L.WINDOW_MEAN + i] + (angle << (c[L.CROSS_SHIFT] + 8))
        state[L.FOUND + i] = (turned // window) << 8
        share = (q2[4 * i] * window * c[L.REST_GAIN] >> 10) + (1 << 14)
        share = I32(0x4001) - I32(1 << 28) // share
        state[L.UNSEEN + i] = I32(1 << 14) - share
        innovation = clamp(state[L.FOUND + i], c[L.BIAS_LIMIT])
        steps.append(rounded(innovation, 10) * share >> 4)
    return steps


def _next_window(model: "AttitudeModel") -> None:
    state = model.state
    state[L.WINDOW_SAMPLES] = I32(0)
    for i in range(3):
        state[L.FORCE_BEFORE + i] = state[L.FORCE + i]
        state[L.WINDOW + i] -= state[L.WINDOW_MEAN + i]
        state[L.WINDOW_MEAN + i] = I32(0)


def _steps_in_motion(model: "AttitudeModel", q2: "list[I32]") -> "list[I32]":
    """Return the bias's steps: the covariance times up x slope."""
    c, state = model.coeff, model.state
    gain = state[L.SAMPLES] * c[L.BIAS_GAIN] >> 5
    up = model.vector(L.UP)
    slope = [clamp(rounded(v, 13), 4096) for v in model.vector(L.SLOPE)]
    lean = cross(up, slope, 14)
    state[L.FOUND : L.FOUND + 3] = lean
    steps = []
    for i in range(3):
        step = unseen = I32(0)
        for k in range(3):
            step = step + q2[3 * i + k] * lean[k]
            unseen = unseen + q2[3 * i + k] * up[k]
        state[L.UNSEEN + i] = unseen >> 14
        steps.append(rounded(step, 7) * gain >> c[L.BIAS_SHIFT])
    return steps
