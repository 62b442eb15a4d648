"""The VM's end of the twin's pipe: one request, one reply. The chips, the flash and the clock are at the other end.
Only the flash is read here, from its image; how often goes with the next wait.

Request: op u8, length u16, payload. Reply: status u8 (0 or an errno), length u16, payload. Little-endian.
Light on the heap: what the clip's sampling path uses (`exchange_into`) allocates nothing.
"""

from micropython import const
import gc
import os
import sys
from struct import pack, unpack, unpack_from

_OP_WAIT = const(0x01)
_OP_HEAP = const(0x35)
_FOREVER_US = const(0xFFFFFFFF)
_TICKS_MASK = const(0x3FFFFFFF)  # the ESP32 port's ticks wrap at 2**30

_slow = os.getenv("POISE_TWIN_SLOW") == "1"
_pipe = open(int(os.getenv("POISE_TWIN_FD")), "r+b")  # noqa: SIM115 (open as long as the board lives)
_head = bytearray(3)
_handlers = {}


class Own:
    """Heap bytes of the twin's own modules, set by `_boot` once all are loaded. On an ESP32 they are in C."""

    bytes = 0


class Reads:
    """Count and bytes of flash reads since the last wait."""

    count = 0
    bytes = 0


class Ticks:
    """Virtual time of the last wait, as small integers, so that reading it allocates nothing."""

    ms = 0
    us = 0
    spent_us = 0  # added since: each reading takes a microsecond, so that busy loops end
    epoch_us = 0  # not wrapped


class Cpu:
    """The processor's clock. All figures of computing time are for 160 MHz."""

    mhz = 160


def request(op: int, payload: "Buffer"):
    """Return a request as a bytearray. It can be reused for payloads of the same size."""
    return bytearray(pack("<BH", op, len(payload)) + payload)


def exchange_into(message: "Buffer", buf: "Buffer") -> None:
    """Send a request and read the reply, as long as `buf`, into it. Raises OSError with the other end's errno."""
    _pipe.write(message)
    status = _read_head()
    if status:
        _discard()
        raise OSError(status)
    if _head[1] | _head[2] << 8:
        _pipe.readinto(buf)


def call(op: int, payload: "Buffer" = b""):
    """Send a request and return the reply's payload. Raises OSError with the other end's errno."""
    _pipe.write(request(op, payload))
    status = _read_head()
    body = _discard()
    if status:
        raise OSError(status)
    return body


def _read_head():
    if _pipe.readinto(_head) != 3:
        sys.exit()  # the twin is gone
    return _head[0]


def _discard():
    size = _head[1] | _head[2] << 8
    return _pipe.read(size) if size else b""


def on(event: int, handler: "Callable") -> None:
    """Register `handler(payload)` for events of this code. It is called while the firmware waits."""
    _handlers[event] = handler


def flash_read(size: int) -> None:
    """Count one read of `size` bytes from the flash."""
    Reads.count += 1
    Reads.bytes += size


def wait(dt_us: int) -> None:
    """Let virtual time pass, at most `dt_us` (None: without limit). Events end the wait early and are handled here."""
    dt_us = _FOREVER_US if dt_us is None else min(dt_us, _FOREVER_US - 1)
    body = call(_OP_WAIT, pack("<IIII", dt_us, Ticks.spent_us, Reads.count, Reads.bytes))
    Reads.count = Reads.bytes = 0
    _set_time(unpack("<Q", body[:8])[0])
    at = 8
    while at < len(body):
        code, size = unpack_from("<BH", body, at)
        at += 3
        if code in _handlers:
            _handlers[code](body[at : at + size])
        at += size


def sleep_us(dt_us: int) -> None:
    """Let all of `dt_us` pass, whatever events come."""
    end_us = now_us() + dt_us
    while now_us() < end_us:
        wait(end_us - now_us())


def heap_used():
    """Bytes of Python's heap that an ESP32 would have in use: without the twin's modules, in words of 32 bits.

    The 64-bit VM runs sources with long names, whose table grows by half as much again at a time. After the same
    requests it had 2.01 to 2.24 times the bytes of the compiled firmware on 32 bits, where the count is exact.
    """
    used = max(0, gc.mem_alloc() - Own.bytes)
    return used * 100 // 224 if sys.maxsize >> 32 else used


def tell_heap() -> None:
    """Report Python's used heap to the model of the shared heap, before the radio takes its part.

    The port's collector runs before its heap grows, so what it would free counts for nothing.
    """
    gc.collect()
    try:
        call(_OP_HEAP, pack("<I", heap_used()))
    except OSError:
        pass  # a bench with a radio and no chip around it


def now_us():
    """Virtual microseconds since this start of the chip."""
    return Ticks.epoch_us + Ticks.spent_us


def spend() -> None:
    """Let one microsecond pass: the cost of reading the clock."""
    Ticks.spent_us += 1
    Ticks.us = (Ticks.us + 1) & _TICKS_MASK
    if Ticks.spent_us % 1000 == 0:
        Ticks.ms = (Ticks.ms + 1) & _TICKS_MASK


def busy(us: int) -> None:
    """Let `us` microseconds pass for computing or for a bus. Events are not handled meanwhile.

    Does nothing unless the twin's processor takes time (`--slow`): otherwise it is infinitely fast.
    """
    if not _slow:
        return
    before = Ticks.spent_us // 1000
    Ticks.spent_us += us
    Ticks.us = (Ticks.us + us) & _TICKS_MASK
    Ticks.ms = (Ticks.ms + Ticks.spent_us // 1000 - before) & _TICKS_MASK


def compute(us: int) -> None:
    """Let the time of computing pass that takes `us` microseconds at 160 MHz. See `busy`."""
    busy(us * 160 // Cpu.mhz)


def _set_time(now: int) -> None:
    Ticks.epoch_us = now
    Ticks.spent_us = 0
    Ticks.us = now & _TICKS_MASK
    Ticks.ms = now // 1000 & _TICKS_MASK


wait(0)
