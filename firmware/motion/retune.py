"""The filter's state from one sample rate to another. Loaded when the rate changes."""

from motion import slots


def carry_over(state, old, new):
    """Changes `state` from the coefficients `old` to `new`, which takes the zero over: see `motion.kernels`."""
    for slot in range(slots.REFERENCE, slots.REFERENCE + 9):
        new[slot] = old[slot]
    # Rates are kept as rotation a sample: GYRO_GAIN is one LSB of it.
    for slot in range(slots.BIAS, slots.ROTATION):
        state[slot] = state[slot] * new[slots.GYRO_GAIN] // old[slots.GYRO_GAIN]
    for slot in range(slots.RESIDUE, slots.BIAS):
        state[slot] = 0
    if state[slots.COUNT] >= old[slots.START_SAMPLES]:
        state[slots.COUNT] = new[slots.START_SAMPLES]
    state[slots.ROTATION] = state[slots.REST] = 0
