"""Names that the firmware's quoted annotations use. Only the checker reads this file: it is not on the clip."""

from array import array
from collections.abc import Callable as Callable
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from drivers.button import Button as Button
from link.ble import BleLink
from link.cursor import Cursor as Cursor
from link.pairing import Pairing as Pairing
from link.service import Refusal as _Refusal
from link.service import Service as Service
from motion.accelerometer import Accelerometer as Accelerometer
from motion.attitude import Attitude as Attitude
from motion.calibration import Calibration as Calibration
from motion.chain import Chain as Chain
from motion.posture import Posture as Posture
from slots import Slots as Slots
from storage.bonds import Bonds as Bonds
from storage.logreader import Reader as Reader
from storage.settings import Settings as Settings

_T = TypeVar("_T", int, float, str, bytes, tuple)

def const(expr: _T) -> _T: ...

# Viper's pointers into buffers.
ptr8 = Any
ptr16 = Any
ptr32 = Any

Buffer = bytes | bytearray | memoryview
IntBuffer = array[int]
Ints = list[int] | tuple[int, ...]
Floats = Sequence[float]
OsAndFsync = Any  # Os, with fsync where there is one
BinaryIO = Any  # a file or stream of bytes
Vector = list[int] | tuple[int, ...]  # three integers, Q14 where the name says so
Point = Any  # extended coordinates: four integers, or a table of them
Fields = dict[str, Any]  # of a message or a record, by the names in wire.table
Refusal = type[_Refusal]
# Not checked yet: others set attributes of these after they are made, which the checker cannot see.
Clip = Any  # app.clip.Clip
FlashLog = Any  # storage.flashlog.FlashLog
Imu = Any  # drivers.imu.Imu, with the methods of a chip's class
Upright = Any  # storage.upright.Upright
Link = Any  # link.ble.BleLink or link.usb.UsbLink; `attach` gives it a `cursor`
Ble = BleLink
SleepMs = Callable[[int], None]
TicksMs = Callable[[], int]
TicksDiff = Callable[[int, int], int]
Radio = Any  # bluetooth.BLE, the port's or the twin's
RadioModule = Any  # bluetooth, the port's or the twin's

class Os(Protocol):
    """The module `os`, or a test's stand-in with faults. Every function raises OSError."""

    def listdir(self, path: str, /) -> list[str]: ...
    def mkdir(self, path: str, /) -> None: ...
    def remove(self, path: str, /) -> None: ...
    def rename(self, old: str, new: str, /) -> None: ...
    def rmdir(self, path: str, /) -> None: ...
    def stat(self, path: str, /) -> Any: ...

class I2c(Protocol):
    """machine.I2C: blocking transfers. Every method raises OSError."""

    def readfrom_mem_into(self, address: int, register: int, buf: Any, /) -> None: ...
    def readfrom_mem(self, address: int, register: int, n_bytes: int, /) -> bytes: ...
    def writeto_mem(self, address: int, register: int, data: Any, /) -> None: ...
    def writeto(self, address: int, data: Any, stop: bool = True, /) -> int: ...

class Pwm(Protocol):
    """machine.PWM, or app.equip.NoMotor."""

    def freq(self, hertz: int, /) -> None: ...
    def duty_u16(self, duty: int, /) -> None: ...

class Adc(Protocol):
    """machine.ADC."""

    def read_uv(self) -> int: ...

class Pin(Protocol):
    """machine.Pin as an input."""

    def value(self) -> int: ...

class Board(Protocol):
    """The module `board` of a folder in boards/. Pins are made at the call and may raise OSError or ValueError."""

    BATTERY_DIVIDER_X1000: int
    IMU_ADDRESSES: tuple[int, ...]
    NAME: str

    def i2c(self) -> I2c: ...
    def haptic_pwm(self) -> Pwm: ...
    def battery_adc(self) -> Adc: ...
    def charging_pin(self) -> Pin | None: ...
    def filesystem_root(self) -> str: ...
    def unique_id(self) -> bytes: ...
    def reset_cause(self) -> str: ...
    def watchdog(self, timeout_ms: int) -> Any: ...
    def keep_time(self, utc_ms: int, t_ms: int, uncertainty_ms: int) -> None: ...
    def kept_time(self) -> tuple[int, bytes] | None: ...
    def light_sleep(self, ms: int) -> Any: ...
    def system_heap(self) -> Any: ...
    def reset(self) -> None: ...
    def stdio(self) -> tuple[Any, Any]: ...
    def __getattr__(self, name: str) -> Any: ...
