"""The kernels of `motion.bias` in plain Python, on checked integers. Not on the clip."""

from motion import layout as L
from motion.spec.int32 import I32, clamp, cross, rounded

VARIANCE_START_Q12 = 2_500 << 12
LEAN_NOISE_Q18 = 400
LEAN_CLAMP_Q18 = 1 << 16


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
    variance = state[L.VARIANCE] or I32(VARIANCE_START_Q12)
    q2 = variance >> 10
    fall, steps = I32(0), None
    if not resting:
        steps = _steps_in_motion(model, q2)
        fall = ((q2 * q2) >> 8) * n * c[L.VARIANCE_FALL] >> c[L.VARIANCE_FALL_SHIFT]
        fall = min(fall, variance >> 1)
    else:
        state[L.ROTATION] = I32(0)
        window = state[L.WINDOW_SAMPLES]
        if window >= c[L.REST_SAMPLES]:
            towards = (q2 * window * c[L.REST_GAIN] >> 10) + (1 << 14)
            towards = I32(0x4001) - I32(1 << 28) // towards
            steps = _steps_at_rest(model, window, towards)
            fall = (variance >> 8) * towards >> 6
    variance += (n * c[L.VARIANCE_RISE] >> 8) - fall
    state[L.VARIANCE] = min(variance, I32(VARIANCE_START_Q12))
    for i, step in enumerate(steps or ()):
        state[L.BIAS + i] = clamp(state[L.BIAS + i] + step, c[L.BIAS_LIMIT])


def _is_still(model: "AttitudeModel", share: "I32") -> bool:
    """Return True if nothing moved in this burst; update the slow mean of the rate."""
    c, state = model.coeff, model.state
    still = state[L.ACC_DEVIATION_MG] <= c[L.REST_DEVIATION_MG]
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


def _steps_at_rest(model: "AttitudeModel", window: "I32", share: "I32") -> "list[I32]":
    """Return the bias's steps: `share` (Q14) of the way to the window's rate less its lean. The next window begins."""
    c, state = model.coeff, model.state
    leans = [state[L.FORCE + i] - state[L.FORCE_BEFORE + i] for i in range(3)]
    leans = [clamp(v >> 4, 4096) if abs(v) >= LEAN_NOISE_Q18 else I32(0) for v in leans]
    # A clip that turns sees the force lean the other way: its turn is lean x up.
    angles = cross(model.vector(L.UP), leans, 14)
    steps = []
    for i, angle in enumerate(angles):
        turned = state[L.WINDOW_MEAN + i] + (angle << (c[L.CROSS_SHIFT] + 8))
        innovation = clamp((turned // window) << 8, c[L.BIAS_LIMIT])
        steps.append(rounded(innovation, 10) * share >> 4)
        state[L.FORCE_BEFORE + i] = state[L.FORCE + i]
        state[L.WINDOW + i] -= state[L.WINDOW_MEAN + i]
        state[L.WINDOW_MEAN + i] = I32(0)
    state[L.WINDOW_SAMPLES] = I32(0)
    return steps


def _steps_in_motion(model: "AttitudeModel", q2: "I32") -> "list[I32]":
    """Return the bias's steps: up x slope, as much as the bias's variance allows."""
    c, state = model.coeff, model.state
    trust = q2 * state[L.SAMPLES] * c[L.BIAS_GAIN] >> 12
    slope = [clamp(rounded(v, 13), 4096) for v in model.vector(L.SLOPE)]
    lean = cross(model.vector(L.UP), slope, 14)
    return [(v * trust) >> c[L.BIAS_SHIFT] for v in lean]
