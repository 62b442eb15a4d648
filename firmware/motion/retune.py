"""Change of the filter's state from one sample rate to another. Loaded when the rate changes."""

from motion import layout


def carry_over(state: "IntBuffer", old: "IntBuffer", new: "IntBuffer") -> None:
    """Convert `state` from the coefficients `old` to `new`; the upright is copied into `new`. See `motion.kernels`."""
    for index in range(layout.UPRIGHT, layout.UPRIGHT + 9):
        new[index] = old[index]
    # Rates are kept as rotation a sample: GYRO_GAIN is one LSB of it.
    for index in range(layout.BIAS, layout.ROTATION):
        state[index] = state[index] * new[layout.GYRO_GAIN] // old[layout.GYRO_GAIN]
    for index in range(layout.RESIDUE, layout.BIAS):
        state[index] = 0
    if state[layout.COUNT] >= old[layout.START_SAMPLES]:
        state[layout.COUNT] = new[layout.START_SAMPLES]
    state[layout.ROTATION] = state[layout.REST] = 0
