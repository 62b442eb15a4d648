"""Synthesised motion with known truth: int16 samples of a clip that turns and is shaken."""

import numpy as np

GRAVITY = np.array([0.0, 1.0, 0.0])  # the clip's up at the start, +y


def _cross_matrix(v: np.ndarray) -> np.ndarray:
    return np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])


def turn(w: np.ndarray) -> np.ndarray:
    """Rotation matrix of the rotation vector `w` (rad), by Rodrigues."""
    angle = float(np.linalg.norm(w))
    if angle < 1e-12:
        return np.eye(3)
    k = _cross_matrix(w / angle)
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


def samples_of(
    rate_dps: np.ndarray,
    shake_g: np.ndarray,
    rate_hz: float,
    acc_lsb: float,
    gyr_lsb: float,
    bias_dps: np.ndarray | float = 0.0,
) -> np.ndarray:
    """int16 rows (ax, ay, az, gx, gy, gz), saturated as a sensor's are.

    Args:
        rate_dps: (n, 3) rate in sensor axes.
        shake_g: (n, 3) acceleration in the world's axes (y up).
        bias_dps: what the gyroscope adds.
    """
    attitude = np.eye(3)
    rows = np.zeros((len(rate_dps), 6))
    for i, rate in enumerate(np.radians(rate_dps)):
        attitude = attitude @ turn(rate / rate_hz)
        rows[i, :3] = attitude.T @ (GRAVITY + shake_g[i]) * acc_lsb
        rows[i, 3:] = (rate_dps[i] + bias_dps) * gyr_lsb
    return np.clip(np.round(rows), -32768, 32767).astype(np.int16)


def rows(
    name: str, rate_hz: float, seconds: float, acc_lsb: float, gyr_lsb: float, seed: int = 7
) -> np.ndarray:
    """The named motion as int16 rows."""
    n = int(seconds * rate_hz)
    t = np.arange(n) / rate_hz
    rng = np.random.default_rng(seed)
    rate, shake = np.zeros((n, 3)), np.zeros((n, 3))
    bias = np.zeros(3)
    full_scale = 32768 / gyr_lsb
    if name == "still":
        rate = rng.normal(0, 0.07, (n, 3))
        bias = np.array([0.3, -0.2, 0.1])
        shake = rng.normal(0, 0.002, (n, 3))
    elif name == "stepped":  # still, and the filter's gravity is far off for a while
        rate = rng.normal(0, 0.07, (n, 3)) + np.outer(t > 6, [5.0, -4.0, 3.0])
        shake = rng.normal(0, 0.002, (n, 3))
    elif name == "nods":
        rate[:, 0] = -60 * np.sin(2 * np.pi * 0.5 * t)
        shake = 0.05 * np.sin(2 * np.pi * np.outer(t, [1.1, 0.9, 1.7]))
    elif name == "head":  # all axes at once, as fast as necks go, and walking
        rate = np.sin(2 * np.pi * np.outer(t, [0.31, 0.53, 0.23])) * [120, 300, 90]
        shake = 0.3 * np.sin(2 * np.pi * np.outer(t, [1.9, 3.8, 0.95]))
    elif name == "spin":  # full scale on every axis, reversing
        rate[:] = full_scale * np.sign(np.sin(2 * np.pi * 1.3 * t))[:, None] * [1, -1, 1]
    elif name == "knocks":  # single samples far beyond the accelerometer's scale
        rate[:, 0] = 30 * np.sin(2 * np.pi * 0.3 * t)
        hits = (rng.random((n, 1)) < 0.02) & (t > 3.5)[:, None]  # the start-up mean clips them
        shake = hits * rng.choice([-40.0, 40.0], (n, 3))
    elif name == "noise":  # any bit pattern at all
        return rng.integers(-32768, 32768, (n, 6)).astype(np.int16)
    elif name == "corners":  # every sample at an end of the scale
        return rng.choice(np.array([-32768, 32767], np.int16), (n, 6))
    elif name == "pressed":  # a constant 16 g and a full-scale spin: the filter's bound
        return np.tile(np.array([32767, 32767, -32768, 32767, -32768, 32767], np.int16), (n, 1))
    else:
        raise ValueError(name)
    return samples_of(rate, shake, rate_hz, acc_lsb, gyr_lsb, bias)
