"""Floating-point reference of the attitude: BasicVQF with the clip's angle conventions. Not on the clip.

After D. Laidig, T. Seel, "VQF", Information Fusion 91 (2023): strapdown integration of the rate
into a quaternion, specific force low-passed in the frame it spans (2nd-order Butterworth, start-up
mean over tau), up taken from the result. Written apart from the integer model, so that the two can
disagree.
"""

import math


def multiply(p: "Floats", q: "Floats") -> "Quaternion":
    """Return the quaternion product, (w, x, y, z)."""
    return (
        p[0] * q[0] - p[1] * q[1] - p[2] * q[2] - p[3] * q[3],
        p[0] * q[1] + p[1] * q[0] + p[2] * q[3] - p[3] * q[2],
        p[0] * q[2] - p[1] * q[3] + p[2] * q[0] + p[3] * q[1],
        p[0] * q[3] + p[1] * q[2] - p[2] * q[1] + p[3] * q[0],
    )


def conjugate(q: "Floats") -> "Quaternion":
    """Return the conjugate of the quaternion (w, x, y, z)."""
    return (q[0], -q[1], -q[2], -q[3])


def rotate(q: "Floats", v: "Floats") -> "tuple[float, float, float]":
    """Return v turned by q: from the sensor frame to the frame that the quaternion spans."""
    return multiply(multiply(q, (0.0, v[0], v[1], v[2])), conjugate(q))[1:]


def butterworth(
    tau_s: float, rate_hz: float
) -> "tuple[tuple[float, float, float], tuple[float, float]]":
    """Return (b, a) of the 2nd-order Butterworth low-pass with VQF's corner, sqrt(2) / (2 pi tau)."""
    c = math.tan(math.sqrt(2.0) / (2.0 * tau_s * rate_hz))
    d = c * c + math.sqrt(2.0) * c + 1.0
    b0 = c * c / d
    return (b0, 2 * b0, b0), (2 * (c * c - 1.0) / d, (1.0 - math.sqrt(2.0) * c + c * c) / d)


class LowPass:
    """One axis: the mean of the first tau seconds, then the Butterworth from its steady state."""

    def __init__(self, tau_s: float, rate_hz: float) -> None:
        self.b, self.a = butterworth(tau_s, rate_hz)
        self.start = math.floor(tau_s * rate_hz + 0.5)
        self.count = 0
        self.y = self.z1 = self.z2 = 0.0

    def step(self, x: float) -> float:
        """Take one sample; return the filtered value."""
        if self.count < self.start:
            self.count += 1
            self.y += (x - self.y) / self.count
            # The state in which a constant input y gives the output y.
            self.z2 = (self.b[2] - self.a[1]) * self.y
            self.z1 = (self.b[1] - self.a[0]) * self.y + self.z2
            return self.y
        self.y = self.b[0] * x + self.z1
        self.z1 = self.b[1] * x - self.a[0] * self.y + self.z2
        self.z2 = self.b[2] * x - self.a[1] * self.y
        return self.y


class Reference:
    """up (unit, sensor frame) and angles in degrees, updated sample by sample.

    Args:
        rate_hz: samples a second.
        tau_s: time constant of the low-pass.
        axes: right, forward, up of the wearer's upright in the sensor frame.
    """

    def __init__(
        self,
        rate_hz: float,
        tau_s: float = 3.0,
        axes: "Sequence[Floats]" = ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    ) -> None:
        self.rate_hz = rate_hz
        self.axes = axes
        self.q = (1.0, 0.0, 0.0, 0.0)
        self.filters = [LowPass(tau_s, rate_hz) for _ in range(3)]
        self.up = (0.0, 0.0, 0.0)

    def update(self, acc: "Floats", gyr: "Floats", bridged: bool = False) -> None:
        """Take one sample: specific force (any unit) and rate in rad/s, three floats each.

        `bridged`: the force is at its end of scale and is left out.
        """
        norm = math.sqrt(sum(g * g for g in gyr))
        half = norm / self.rate_hz / 2
        s = math.sin(half) / norm if norm > 1e-12 else 0.0
        self.q = multiply(self.q, (math.cos(half), gyr[0] * s, gyr[1] * s, gyr[2] * s))
        length = math.sqrt(sum(c * c for c in self.q))
        self.q = tuple(c / length for c in self.q)
        force = rotate(self.q, acc)
        if bridged:
            low = [f.y for f in self.filters]
        else:
            low = [f.step(x) for f, x in zip(self.filters, force)]
        up = rotate(conjugate(self.q), low)
        length = math.sqrt(sum(c * c for c in up))
        self.up = tuple(c / length for c in up)

    def angles_deg(self) -> "tuple[float, float, float]":
        """Return (flexion, lateral, inclination) from the upright in degrees: + forward, + right."""
        right, forward, above = [sum(u * a for u, a in zip(self.up, axis)) for axis in self.axes]
        return (
            math.degrees(math.atan2(-forward, above)),
            math.degrees(math.atan2(-right, math.sqrt(forward**2 + above**2))),
            math.degrees(math.atan2(math.sqrt(forward**2 + right**2), above)),
        )
