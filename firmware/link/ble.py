"""The clip's Bluetooth: GATT services, advertising, and the transport of `link.service`.

Source: Bluetooth Core 5.4 Vol 3 Part G; MicroPython `bluetooth`. The interrupt handler only stores and sets a flag:
tasks do the work, and only tasks touch the flash. A radio that fails is noted as a fault, stays off for a while and is
then tried again.
"""

import asyncio
import gc
import time
from collections import deque
from errno import ENOMEM
from micropython import const

from system.unload import unload
from wire import codec

MTU = const(247)  # one 251-byte radio packet without the 4 bytes of L2CAP
ATT_HEAD = const(3)  # opcode and handle
MIN_MTU = const(23)
ADVERTISING_INTERVAL_US = const(100_000)  # a window of the saver lasts two seconds
RETRY_MS = const(4)  # NimBLE gives no sign when a transmit buffer is free again
INBOX = const(4)  # requests; a host waits for its reply, so more than two mean a broken host
INDICATE_TIMEOUT_MS = const(30_000)  # ATT's own: Vol 3 Part F 3.3.3

_CONNECTED = const(1)
_DISCONNECTED = const(2)
_WRITTEN = const(3)
_INDICATED = const(20)
_MTU_EXCHANGED = const(21)
_ENCRYPTED = const(28)
_GET_SECRET = const(29)
_SET_SECRET = const(30)
UNPAIRED_MS = const(30_000)  # a host that is not secure by then is disconnected

RESTART_MS = const(60_000)  # time that the radio stays off after a failure
_IRQ_FAILED = const(
    1000
)  # detail of the fault "radio_failed": an errno, or this and the number of an interrupt

_NO_HOST = const(-1)


class BleLink:
    """The Bluetooth link, to one host at a time. `pairing` says if data may cross the link.

    `name`: the advertised one; "": by the clip's id. `fault(name, detail)` is called when the radio fails.
    """

    allows_repl = False
    baud: "Baud | None" = None
    cursor: "Cursor"

    def __init__(
        self,
        ble: "Radio",
        service: "Service",
        pairing: "Pairing",
        bluetooth_module: "RadioModule",
        *,
        clip_id: bytes,
        firmware: str = "",
        name: str = "",
        fault: "Callable[[str, int], None] | None" = None,
    ) -> None:
        self._ble = ble
        self._service = service
        self._pairing = pairing
        self._bluetooth = bluetooth_module
        self._clip_id = bytes(clip_id)
        self._firmware = firmware
        self._fault = fault
        self.name = name
        self._advertisement = (b"", b"")
        self._on = False
        self._quiet = False  # advertising has stopped, because a host connected
        self._retry_ms: "int | None" = None  # ticks at which a radio that failed may be tried again
        self._failed_irq = 0
        self._information: "tuple[int, ...]" = ()
        self._battery_level = b"\0"
        self.connected = False  # the link is attached to the service
        self.max_payload = MIN_MTU - ATT_HEAD
        self.dropped = 0  # requests that came while the inbox was full
        self.leaving = False
        self._host = _NO_HOST
        self._inbox = _new_inbox()
        self._wake = asyncio.ThreadSafeFlag()
        self._confirmed = asyncio.ThreadSafeFlag()
        self._confirm_status = 0

    @property
    def secure(self) -> bool:
        """True if data may cross the link."""
        return self._pairing.secure

    @property
    def payload_bytes(self) -> int:
        """Bytes of one message: the size of one attribute value at the agreed MTU."""
        return self.max_payload

    # --- life

    async def run(self) -> None:
        """Serve hosts for ever, one after the other."""
        self.switch(True)
        pump = guard = None
        while True:
            await self._wake.wait()
            self._tell_pairing()
            if self._failed_irq:
                self._report(_IRQ_FAILED + self._failed_irq)
                self._failed_irq = 0
                self.drop()
            if self.connected and self._host == _NO_HOST:
                self.connected = False
                pump.cancel()
                guard.cancel()
                self._service.detach(self)
                self._inbox = _new_inbox()
            if self._quiet and self._host == _NO_HOST:
                self._quiet = False
                self._pairing.end()
                self._advertise_again()
            if not self.connected and self._host != _NO_HOST:
                self.connected = True
                self._service.attach(self)
                pump = asyncio.create_task(self._service.pump(self))
                guard = asyncio.create_task(self._drop_unpaired())
            while self._inbox and self._host != _NO_HOST:
                await self._take(self._inbox.popleft())
                self._tell_pairing()
            if self._pairing.forgotten:
                self.drop()

    def switch(self, on: bool) -> None:
        """Switch the radio on or off. Switching off ends the link. After a failure the radio comes on only after a
        while."""
        if on == self._on:
            return
        if not on:
            self._stop()
            return
        if self._retry_ms is not None and time.ticks_diff(time.ticks_ms(), self._retry_ms) < 0:
            return
        try:
            self._start()
        except OSError as error:
            self._fail(error)

    def stay_off(self, ms: int) -> None:
        """Keep the radio off for the next `ms`."""
        self._retry_ms = time.ticks_add(time.ticks_ms(), ms)

    def _stop(self) -> None:
        self._on = False
        try:
            self._ble.active(False)
        except OSError:
            pass  # the radio is as far off as possible
        self._host = _NO_HOST
        self._pairing.encrypted(False, False)
        self._wake.set()

    def _fail(self, error: OSError) -> None:
        self._stop()
        self.stay_off(RESTART_MS)
        self._report(error.errno or 0)

    def _report(self, detail: int) -> None:
        if self._fault:
            self._fault("radio_failed", detail)

    def _tell_pairing(self) -> None:
        news = self._pairing.settle()
        if not news:
            return
        self._service.paired(news, self._pairing.peer)
        if news == "refused":
            self._reveal()
            self.drop()

    async def _drop_unpaired(self) -> None:
        await asyncio.sleep_ms(UNPAIRED_MS)
        if not self.secure:
            self.drop()

    def bonds_changed(self) -> None:
        """Take note that a host was forgotten. If it is this link's, the link ends after the reply under way."""
        self._pairing.check()
        self._wake.set()

    def drop(self) -> None:
        """End the link, if there is one."""
        if self._host != _NO_HOST:
            try:
                self._ble.gap_disconnect(self._host)
            except OSError:
                pass  # the link or the whole radio is gone

    def _start(self) -> None:
        codec.forget_layouts()  # the start needs a few kilobytes
        gc.collect()
        from link import gatt

        self._pairing.end()
        self.name = self.name or gatt.advertised_name(self._clip_id)
        self._advertisement = gatt.advertisement(self._bluetooth, self.name)
        self._fill(gatt.start(self._ble, self._bluetooth, self.name, MTU, self._irq))
        self._pairing.begin()
        self._advertise()
        unload("link.gatt")
        self._on = True
        self._retry_ms = None

    def _advertise_again(self) -> None:
        if not self._on:
            return
        try:
            self._advertise()
        except OSError as error:
            self._fail(error)

    def _advertise(self) -> None:
        data, response = self._advertisement
        self._ble.gap_advertise(ADVERTISING_INTERVAL_US, data, resp_data=response)

    def _fill(self, handles: "tuple[tuple[int, ...], ...]") -> None:
        self._information, (self._battery,), (self._time,), poise = handles
        self._events, self._motion, self._control, self._log, self._id = poise
        self._reveal()
        self._ble.gatts_write(self._battery, self._battery_level)
        # Without this a central may write 20 bytes and the rest is cut off without a word.
        self._ble.gatts_set_buffer(self._control, MTU - ATT_HEAD)

    def _reveal(self) -> None:
        """Let only a secure link read the clip's information; on any other link the values are empty."""
        texts = ("Poise", "Poise clip", self._firmware) if self.secure else ("", "", "")
        try:
            for handle, text in zip(self._information, texts):
                self._ble.gatts_write(handle, text.encode())
            self._ble.gatts_write(self._id, self._clip_id if self.secure else b"")
        except OSError:
            pass  # the radio is going off, and the values with it

    def set_battery_pct(self, pct: int) -> None:
        """Set the Battery service's level and notify a subscribed host."""
        self._battery_level = bytes((pct,))
        if self._on:
            try:
                self._ble.gatts_write(self._battery, self._battery_level, True)
            except OSError:
                pass  # the next start of the radio writes it

    # --- from the radio

    def _irq(self, event: int, data: "tuple") -> "bytes | bool | None":
        # Runs between other code (on the ESP32 in NimBLE's task): short, and no calls that wait. The port removes a
        # handler that raises, and hosts would find a clip that never answers.
        try:
            return self._event(event, data)
        except Exception:  # noqa: BLE001 (whatever it is)
            self._failed_irq = event
            self._wake.set()
            return None

    def _event(self, event: int, data: "tuple") -> "bytes | bool | None":
        if event == _GET_SECRET:
            return self._pairing.secret(*data)
        if event == _SET_SECRET:
            kept = self._pairing.keep(*data)
            if self._host != _NO_HOST:
                self._reveal()
                self._wake.set()
            return kept
        if event == _WRITTEN:
            self._written(data[1])
        elif event == _INDICATED:
            self._confirm_status = data[2]
            self._confirmed.set()
            return None
        elif event == _CONNECTED:
            self._host = data[0]
            self._quiet = True
            self._pairing.restart()
            self._reveal()
            self.max_payload = MIN_MTU - ATT_HEAD
        elif event == _DISCONNECTED:
            self._host = _NO_HOST
            self._quiet = (
                True  # also after a failed connection, which was not reported as connected
            )
            self._pairing.encrypted(False, False)
            self._confirmed.set()
        elif event == _MTU_EXCHANGED:
            self.max_payload = min(data[1], MTU) - ATT_HEAD
            return None
        elif event == _ENCRYPTED:
            self._pairing.encrypted(data[1], data[3])
            self._reveal()
            return None
        self._wake.set()
        return None

    def _written(self, handle: int) -> None:
        if len(self._inbox) >= INBOX:
            self.dropped += 1
            return
        # Read at once: the next write overwrites the value.
        self._inbox.append((handle, self._ble.gatts_read(handle)))

    async def _take(self, item: "tuple[int, bytes]") -> None:
        handle, data = item
        if handle == self._time:
            from link.currenttime import time_message

            data = time_message(data)
            unload("link.currenttime")
            if data:
                self._service.handle(data, self)
            return
        for reply in self._service.handle(data, self):
            if not await self._indicate(reply):
                return

    # --- to the host

    async def _indicate(self, payload: "Buffer") -> bool:
        """Send an indication; return True once the host has confirmed it."""
        while self._host != _NO_HOST:
            self._confirmed.clear()
            try:
                self._ble.gatts_indicate(self._host, self._control, payload)
            except OSError as error:
                if error.errno != ENOMEM:
                    return False
                await asyncio.sleep_ms(RETRY_MS)
                continue
            try:
                await asyncio.wait_for_ms(self._confirmed.wait(), INDICATE_TIMEOUT_MS)  # pyright: ignore[reportAttributeAccessIssue]
            except asyncio.TimeoutError:
                return False
            return self._host != _NO_HOST and self._confirm_status == 0
        return False

    async def send_log(self, payload: "Buffer") -> bool:
        """Send a message on the log characteristic. Return True once handed to the radio, False if the link is gone."""
        return await self._notify(self._log, payload)

    async def send_event(self, payload: "Buffer") -> bool:
        """Send a message on the events characteristic. Return True once handed to the radio, False if the link is
        gone."""
        return await self._notify(self._events, payload)

    def send_motion(self, payload: "Buffer") -> None:
        """Hand the frame to the radio, or drop it: the next frame is newer."""
        try:
            self._ble.gatts_notify(self._host, self._motion, payload)
        except OSError:
            pass

    async def _notify(self, handle: int, payload: "Buffer") -> bool:
        while self._host != _NO_HOST:
            try:
                self._ble.gatts_notify(self._host, handle, payload)
            except OSError as error:
                if error.errno != ENOMEM:
                    return False
                await asyncio.sleep_ms(RETRY_MS)
                continue
            return True
        return False


def _new_inbox() -> "deque":
    return deque((), INBOX)  # noqa: RUF037 (MicroPython's takes no keyword)
