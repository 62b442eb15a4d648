"""95 % intervals of a share of days, and of the difference of two, as if days were independent. Pure.

Neighbouring days resemble each other, so that the true intervals are wider.
"""

import math

Count = tuple[int, int]  # days on which something was so, and days that were looked at
_Z975 = 1.96


def interval(count: Count) -> tuple[float, float]:
    """Return (low, high) of a share, 0 to 1 (Wilson, J Am Stat Assoc 22:209). At least one day was looked at."""
    days, n = count
    p, z = days / n, _Z975
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def difference(before: Count, after: Count) -> tuple[float, float]:
    """Return (low, high) of the later share less the earlier one (Newcombe, Stat Med 17:873, method 10)."""
    p, q = before[0] / before[1], after[0] / after[1]
    (p_low, p_high), (q_low, q_high) = interval(before), interval(after)
    return (
        q - p - math.hypot(q - q_low, p_high - p),
        q - p + math.hypot(q_high - q, p - p_low),
    )
