"""Current of each part in mA at its supply, from its datasheet. A linear regulator draws the same from the cell.

`kind` of a figure: "typical" is the datasheet's own word and not guaranteed; "range": the datasheet gives two ends, and
their middle counts as typical; "measured": an end of the range is from other people's boards; "estimate": our own.
"""

from dataclasses import dataclass

CASES = ("low", "typical", "high")


@dataclass(frozen=True)
class Figure:
    """A quantity with its lowest, typical and highest value. Raises ValueError unless 0 <= low <= typical <= high."""

    low: float
    typical: float
    high: float
    kind: str
    source: str

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.typical <= self.high:
            raise ValueError(f"not in order: {self.low}, {self.typical}, {self.high}")

    def at(self, case: str) -> float:
        """Return the value in one of CASES. Raises KeyError for another case."""
        return {"low": self.low, "typical": self.typical, "high": self.high}[case]


def _between(low: float, high: float, source: str) -> Figure:
    return Figure(low, (low + high) / 2, high, "range", source)


@dataclass(frozen=True)
class Clock:
    """Currents of the chip without radio at one clock: `running`, one core computes; `idle`, all cores wait."""

    running: Figure
    idle: Figure


@dataclass(frozen=True)
class Chip:
    """A processor. `radio_sleeps`: MicroPython's published image lets the radio sleep between its events.

    `radio_awake` and `radio_asleep` are the currents that the radio adds between its events without and with sleep.
    `instructions_a_sample` are those of the attitude filter's loop (`bench/native.py`).
    """

    name: str
    clocks: dict[int, Clock]  # by MHz
    light_sleep: Figure
    deep_sleep: Figure
    ble_tx: Figure  # at 0 dBm
    ble_rx: Figure
    radio_asleep: Figure
    radio_awake: Figure
    radio_sleeps: bool
    instructions_a_sample: int


@dataclass(frozen=True)
class Sensor:
    """An IMU with both sensors on. `slow` is its lowest current at the rate of saver mode."""

    name: str
    fast: Figure
    slow: Figure
    sample_bytes: int  # in the FIFO


@dataclass(frozen=True)
class Board:
    """A board, with the current of the parts that are always on beside chip and sensor."""

    name: str
    always: Figure


_ESP32 = "ESP32 Series Datasheet v5.2, table 4-2"
_ESP32_RF = "ESP32 Series Datasheet v5.2, table 5-4"
_S3 = "ESP32-S3 Series Datasheet v2.0, table 5-9: peripheral clocks off to all on, one core"
_S3_RF = "ESP32-S3 Series Datasheet v2.0, table 5-8, peak"
_C3 = "ESP32-C3-MINI-1 Datasheet v2.2, table 6-6: peripheral clocks off to all on"
_C3_RF = "ESP32-C3-MINI-1 Datasheet v2.2, table 6-5, peak"
_BOARDS_ESP32 = (
    f"low: {_ESP32}; others' boards, flash left on, less what is always on: EzSBC 1.6, LOLIN32 1.9, FireBeetle 1.9;"
    " high: Adafruit of the Feather V2"
)
_BOARDS_S3 = (
    "low: ESP32-S3 Series Datasheet v2.0, table 5-10; another's FeatherS3 in MicroPython's lightsleep, 1.3 mA"
    " (micropython#12104); high: Seeed of the XIAO, 2 mA"
)
_BOARDS_C3 = "low: ESP32-C3-MINI-1 Datasheet v2.2, table 6-7; another's board, 0.35 mA; high: Seeed of the XIAO, 3 mA"
_ASLEEP = "the datasheets' modem-sleep says radio off; high: another's board, advertising"
_AWAKE = "receiving less waiting is the high end; others' S3 boards, 55 mA over an ESP32"

ESP32 = Chip(
    name="ESP32",
    clocks={  # the datasheet's range, dual core: its low end counts as idle, its middle as one core at work
        240: Clock(_between(30, 68, _ESP32), Figure(30, 30, 49, "range", _ESP32)),
        160: Clock(_between(27, 44, _ESP32), Figure(27, 27, 35.5, "range", _ESP32)),
        80: Clock(_between(20, 31, _ESP32), Figure(20, 20, 25.5, "range", _ESP32)),
    },
    light_sleep=Figure(0.8, 1.8, 2.0, "measured", _BOARDS_ESP32),
    deep_sleep=Figure(0.01, 0.01, 0.15, "typical", f"{_ESP32}: RTC timer and memory; high: ULP on"),
    ble_tx=Figure(130, 130, 130, "typical", _ESP32_RF),
    ble_rx=Figure(95, 97.5, 100, "range", _ESP32_RF),
    radio_asleep=Figure(0, 0, 10, "estimate", _ASLEEP),
    radio_awake=Figure(30, 55, 70, "estimate", _AWAKE),
    radio_sleeps=True,
    instructions_a_sample=1786,
)
ESP32_S3 = Chip(
    name="ESP32-S3",
    clocks={
        240: Clock(_between(51.2, 65.9, _S3), _between(32.9, 47.6, _S3)),
        160: Clock(_between(39.9, 54.6, _S3), _between(27.6, 42.3, _S3)),
        80: Clock(_between(28.4, 42.6, _S3), _between(22.0, 36.1, _S3)),
    },
    light_sleep=Figure(0.24, 1.3, 2.0, "measured", _BOARDS_S3),
    deep_sleep=Figure(0.007, 0.008, 0.19, "typical", "ESP32-S3 Series Datasheet v2.0, table 5-10"),
    ble_tx=Figure(176, 176, 176, "typical", _S3_RF),
    ble_rx=Figure(93, 93, 93, "typical", _S3_RF),
    radio_asleep=Figure(0, 0, 10, "estimate", _ASLEEP),
    radio_awake=Figure(30, 55, 65, "estimate", _AWAKE),
    radio_sleeps=False,
    instructions_a_sample=1786,
)
ESP32_C3 = Chip(
    name="ESP32-C3",
    clocks={
        160: Clock(_between(23, 28, _C3), _between(16, 21, _C3)),
        80: Clock(_between(17, 22, _C3), _between(13, 18, _C3)),
    },
    light_sleep=Figure(0.13, 0.35, 3.0, "measured", _BOARDS_C3),
    deep_sleep=Figure(0.005, 0.005, 0.005, "typical", "ESP32-C3-MINI-1 Datasheet v2.2, table 6-7"),
    ble_tx=Figure(170, 170, 170, "typical", _C3_RF),
    ble_rx=Figure(86, 86, 86, "typical", _C3_RF),
    radio_asleep=Figure(0, 0, 10, "estimate", _ASLEEP),
    radio_awake=Figure(30, 55, 70, "estimate", _AWAKE),
    radio_sleeps=False,
    instructions_a_sample=1619,
)
CHIPS = (ESP32, ESP32_S3, ESP32_C3)

_SOX = "LSM6DSOX datasheet DS12814, first page: combo, high performance"
_SOX_SLOW = (
    "DS12814 has no figure for both sensors in low-power mode; LSM6DSL's IddLP at 52 Hz is"
    " 0.29 mA; high: high performance, as the driver leaves it"
)
_ICM = (
    "ICM-42688-P datasheet DS-000347, first page: six axes, low noise; the gyroscope has no other"
)
_MPU = "MPU-6000/6050 Product Specification, 6.3: both sensors, DMP off"
LSM6DSOX = Sensor(
    "LSM6DSOX",
    Figure(0.55, 0.55, 0.66, "typical", _SOX + "; high: 20 % more"),
    Figure(0.29, 0.29, 0.55, "estimate", _SOX_SLOW),
    14,
)
ICM42688 = Sensor(
    "ICM-42688-P",
    Figure(0.88, 0.88, 1.06, "typical", _ICM + "; high: 20 % more"),
    Figure(0.88, 0.88, 1.06, "typical", _ICM + "; high: 20 % more"),
    16,
)
MPU6050 = Sensor(
    "MPU-6050",
    Figure(3.8, 3.8, 4.56, "typical", _MPU + "; high: 20 % more"),
    Figure(3.8, 3.8, 4.56, "typical", _MPU + "; high: 20 % more"),
    12,
)
_BMI = "BMI270 datasheet BST-BMI270-DS000, 1.2: both sensors, normal mode; performance mode"
BMI270 = Sensor(
    "BMI270",
    Figure(0.685, 0.97, 1.16, "range", _BMI + "; high: 20 % more"),
    Figure(0.685, 0.97, 1.16, "range", _BMI + "; high: 20 % more"),
    12,
)
SENSORS = {"lsm6dsox": LSM6DSOX, "icm42688": ICM42688, "mpu6050": MPU6050, "bmi270": BMI270}

# All with a divider for the cell's voltage and the cell's protection circuit (DW01, 3 µA); bought ones with a sensor's
# breakout, whose own regulator takes as much as the AP2112K.
_BREAKOUT_MA = 0.055
_DIVIDER_MA = 0.009 + 0.003  # 3.7 V / 400 kOhm, and the cell's protection
_XIAO = (
    "others' boards in deep sleep at 3.8 V, by PPK2, {measured}, less the chip's; divider 3.7 V / 400 kOhm 9 µA, the"
    " cell's protection 3 µA, the carrier's regulator 55 µA; low: a carrier without a regulator; high: {worst}"
)
XIAO_S3 = Board(
    "a XIAO ESP32-S3",
    Figure(
        *(
            0.004 + _DIVIDER_MA,
            0.004 + _DIVIDER_MA + _BREAKOUT_MA,
            0.022 + _DIVIDER_MA + _BREAKOUT_MA,
        ),
        "measured",
        _XIAO.format(measured="11.9 µA", worst="another's XIAO, 30 µA"),
    ),
)
XIAO_C3 = Board(
    "a XIAO ESP32-C3",
    Figure(
        *(
            0.04 + _DIVIDER_MA,
            0.04 + _DIVIDER_MA + _BREAKOUT_MA,
            0.075 + _DIVIDER_MA + _BREAKOUT_MA,
        ),
        "measured",
        _XIAO.format(measured="45.1 µA", worst="another's XIAO at 3.3 V, 80 µA"),
    ),
)
FEATHER_V2 = Board(
    "an ESP32 Feather V2",
    Figure(
        *(0.067, 0.067 + _BREAKOUT_MA, 0.1 + _BREAKOUT_MA),
        "typical",
        "its schematic, revision E: AP2112K 55 µA, divider 3.7 V / 400 kOhm 9 µA; USB bridge and lights have no power;"
        " the breakout's regulator 55 µA; high: Adafruit's 0.1 mA of the board in deep sleep",
    ),
)
GOOD_BOARD = Board(
    "a board of one's own",
    Figure(
        *(0.022, 0.024, 0.035),
        "typical",
        "RT9080 regulator 2 µA, divider 3.7 V / 200 kOhm 18.5 µA; pull-ups at rest 0",
    ),
)
FIREBEETLE = Board(
    "a FireBeetle 2 ESP32-E, its light cut off",
    Figure(
        *(0.008, 0.013 + _BREAKOUT_MA, 0.023 + _BREAKOUT_MA),
        "measured",
        "another's board in deep sleep, 23 µA, less the chip's 10; low: another's, 18 µA; high: all of the 23; the"
        " breakout's regulator 55 µA",
    ),
)
HUZZAH32 = Board(
    "a HUZZAH32 board",
    Figure(
        *(0.18, 6.5, 6.8),
        "measured",
        "low: AP2112K 55 µA, CP2104 100 µA, divider, protection; others' boards in deep sleep: 6.3 and 6.8 mA",
    ),
)
BOARDS = (XIAO_S3, XIAO_C3, FEATHER_V2, GOOD_BOARD, FIREBEETLE, HUZZAH32)
# Folder in firmware/boards -> its chip, and the bought board that a cell can feed. The first is hardware/clip.
BY_FOLDER = {
    "esp32s3": (ESP32_S3, XIAO_S3),
    "esp32c3": (ESP32_C3, XIAO_C3),
    "esp32": (ESP32, FEATHER_V2),
}
NOT_KNOWN = ("esp32c6",)  # the chip's datasheet was not at hand
CLIP_CHIP, CLIP_BOARD = BY_FOLDER["esp32s3"]

MOTOR = Figure(45, 60, 80, "typical", "motor's product page: 60 mA at 3 V")
_NOR = "the order of 32 Mbit serial flash, such as the W25Q32JV"
FLASH_WRITE = Figure(15, 20, 25, "estimate", _NOR)
FLASH_ERASE = Figure(15, 20, 25, "estimate", _NOR)
PAGE_WRITE_S = Figure(
    0.4e-3, 0.8e-3, 5e-3, "typical", "ESP32-C3-MINI-1 Datasheet v2.2, table 6-8; high: at most"
)
SECTOR_ERASE_S = Figure(
    45e-3, 70e-3, 0.5, "typical", "ESP32-C3-MINI-1 Datasheet v2.2, table 6-8; high: at most"
)
SELF_DISCHARGE_A_MONTH = Figure(
    0.01, 0.03, 0.05, "estimate", "lithium cells lose 1 to 5 % of their charge a month"
)
