"""Lithium cell behind a voltage divider on an ADC."""

UNKNOWN_PCT = 255
_ABSENT_MV = 2500  # no cell rests that low: it is not connected
_SAMPLES = 4

# Open-circuit millivolts of a LiPo cell -> percent, linear between. Typical discharge curve at 0.2 C.
_CURVE = ((3300, 0), (3600, 10), (3700, 25), (3800, 50), (3950, 75), (4150, 100))


def percent(mv: int) -> int:
    """Charge in percent of a cell at `mv` millivolts; UNKNOWN_PCT when there is no cell."""
    if mv < _ABSENT_MV:
        return UNKNOWN_PCT
    below_mv, below_pct = _CURVE[0]
    if mv <= below_mv:
        return 0
    for above_mv, above_pct in _CURVE[1:]:
        if mv <= above_mv:
            return below_pct + (mv - below_mv) * (above_pct - below_pct) // (above_mv - below_mv)
        below_mv, below_pct = above_mv, above_pct
    return 100


class Battery:
    """A cell on an ADC. `adc` has read_uv(), or is None; `charging` is a pin that is low while USB power is there, or
    None."""

    def __init__(self, adc: "Adc | None", divider_x1000: int, charging: "Pin | None") -> None:
        self._adc = adc
        self._divider_x1000 = divider_x1000
        self._charging = charging
        self.errno = 0  # of the ADC's last failure

    def millivolts(self) -> int:
        """Cell voltage in millivolts, the mean of four conversions. Raises OSError from the ADC."""
        total = 0
        for _ in range(_SAMPLES):
            total += self._adc.read_uv() // 1000
        return total * self._divider_x1000 // (1000 * _SAMPLES)

    def percent(self) -> int:
        """Charge, 0 to 100 %; UNKNOWN_PCT if there is no cell or the ADC cannot be read."""
        if self._adc is None:
            return UNKNOWN_PCT
        try:
            return percent(self.millivolts())
        except OSError as error:  # an ESP32 whose fuses hold no calibration, for one
            self.errno = error.args[0]
            return UNKNOWN_PCT

    def charging(self) -> bool:
        """True while the `charging` pin is low."""
        return self._charging is not None and not self._charging.value()
