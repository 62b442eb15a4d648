"""Search for the IMU driver that fits the chip. Unloaded afterwards; only the found driver's module stays loaded."""

from drivers.imu import ImuError, WATERMARK


def find(i2c: "I2c", addresses: "Ints") -> "Imu":
    """Return a driver for the first chip at one of `addresses` known by its WHO_AM_I, probed and at its defaults.

    Raises ImuError "imu_missing": `detail` is the last WHO_AM_I that was read, 0 if no chip answered.
    """
    said = 0
    for address in addresses:
        for low, high, register, chip, name in _CHIPS:
            if address not in (low, high):
                continue
            found = _ask(i2c, address, register)
            if found == chip:
                module = getattr(__import__("drivers." + name), name)
                imu = getattr(module, name.upper())(i2c, address)
                imu.probe()
                return imu
            said = found or said
    raise ImuError("imu_missing", said)


def _ask(i2c: "I2c", address: int, register: int) -> int:
    answer = bytearray(1)
    try:
        i2c.readfrom_mem_into(address, register, answer)
    except OSError:
        return 0
    return answer[0]


# Addresses by the level of SDO or AD0, WHO_AM_I's register and value, module (its class is the same in capitals).
_CHIPS = (
    (0x6A, 0x6B, 0x0F, 0x6C, "lsm6dsox"),
    (0x68, 0x69, 0x75, 0x47, "icm42688"),
    (0x68, 0x69, 0x75, 0x68, "mpu6050"),
    (0x68, 0x69, 0x00, 0x24, "bmi270"),
)


class Absent:
    """Stands in until a chip is found: no samples. Rate and scales are the LSM6DSOX's."""

    name = ""
    rate_hz = 208
    slow_hz = 52
    acc_lsb_per_g = 4098
    gyr_lsb_per_dps = 1000 / 35
    watermark = WATERMARK
    overruns = 0

    def read_burst(self, samples: "IntBuffer", max_samples: int) -> int:
        """Return 0 samples: there is no sensor."""
        return 0
