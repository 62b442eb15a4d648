"""Construction of the drivers on the board's pins. Used at the start, then unloaded."""

from drivers.battery import Battery
from drivers.haptic import Haptic
from system.unload import unload


class NoMotor:
    """Stands in for a PWM that the board cannot make."""

    def freq(self, hertz: int) -> None:
        """Do nothing."""

    def duty_u16(self, duty: int) -> None:
        """Do nothing."""


def part(clip: "Clip", fault: str, make: "Callable[[], _R]") -> "_R | None":
    """Return the result of `make`, or None with a record of `fault`: a clip with a broken part still runs."""
    try:
        return make()
    except (OSError, ValueError, RuntimeError) as error:
        number = error.args and error.args[0]
        clip.fault(fault, number if isinstance(number, int) else 0)
        return None


def equip(clip: "Clip", sleep_ms: "SleepMs") -> None:
    """Build the drivers on the board's pins and start the sensor. `sleep_ms` waits, for the sensor's self-test.

    In safe mode there is no sensor and none of its code is loaded. A part that cannot be made is a fault record.
    """
    board = clip.board
    clip.haptic = Haptic(part(clip, "motor_failed", board.haptic_pwm) or NoMotor())
    adc = part(clip, "battery_unread", board.battery_adc)
    charging = part(clip, "battery_unread", board.charging_pin)
    clip.battery = Battery(adc, board.BATTERY_DIVIDER_X1000, charging)
    bus = None if clip.crashes.safe else part(clip, "bus_failed", board.i2c)
    if bus is None:
        from app.standby import Standby

        clip.sampler = Standby(clip)
    else:
        from app.sampler import Sampler

        clip.sampler = Sampler(clip, bus, board.IMU_ADDRESSES, sleep_ms)
        clip.sampler.open()
    from app.nudge_budget import restore

    restore(clip)
    unload("app.nudge_budget")
