"""The clip's Bluetooth: GATT services, advertising, and the transport that `link.service` speaks over.

Source: Bluetooth Core 5.4 Vol 3 Part G; MicroPython `bluetooth`. The interrupt handler stores and sets a flag,
nothing else: what a host wants is done in tasks.
"""

import asyncio
from binascii import hexlify
from collections import deque
from errno import ENOMEM
from micropython import const
from struct import unpack_from

from wire import codec, uuids
from wire.errors import WireError

MTU = const(247)  # one 251-byte radio packet without the 4 bytes of L2CAP
ATT_HEAD = const(3)  # opcode and handle
MIN_MTU = const(23)
ADVERTISING_INTERVAL_US = const(250_000)
RETRY_MS = const(4)  # NimBLE gives no sign when a transmit buffer is free again
INBOX = const(4)  # a host waits for its reply, so more than two means a broken one
INDICATE_TIMEOUT_MS = const(30_000)  # ATT's own: Vol 3 Part F 3.3.3
TIME_UNCERTAINTY_MS = const(1000)  # Current Time has no word on transport delay

_CONNECTED = const(1)
_DISCONNECTED = const(2)
_WRITTEN = const(3)
_INDICATED = const(20)
_MTU_EXCHANGED = const(21)
_ENCRYPTED = const(28)

_FLAGS = b"\x02\x01\x06"  # general discoverable, no classic radio: Core Supplement Part A 1.3
_COMPLETE_NAME = const(0x09)
_COMPLETE_UUIDS_128 = const(0x07)
_NO_HOST = const(-1)


class BleLink:
    """One host at a time. `require_encryption`: data crosses only a paired link (the bonding policy sets it)."""

    allows_repl = False

    def __init__(
        self, ble, service, name, clip_id, bluetooth_module, firmware="", model="Poise clip"
    ):
        self._ble = ble
        self._service = service
        self._bluetooth = bluetooth_module
        self._clip_id = bytes(clip_id)
        self._firmware = firmware
        self._model = model
        self.name = name or advertised_name(clip_id)
        self.connected = False  # the service knows of the host
        self.encrypted = False
        self.require_encryption = False
        self.max_payload = MIN_MTU - ATT_HEAD
        self.dropped = 0  # requests that came while the inbox was full
        self.cursor = None
        self.leaving = False
        self._host = _NO_HOST
        self._inbox = _new_inbox()
        self._wake = asyncio.ThreadSafeFlag()
        self._confirmed = asyncio.ThreadSafeFlag()
        self._confirm_status = 0

    @property
    def secure(self):
        """Data may cross the link."""
        return self.encrypted or not self.require_encryption

    @property
    def payload_bytes(self):
        """Bytes of one message: what one attribute value carries at the agreed MTU."""
        return self.max_payload

    # --- life

    async def run(self):
        """Serve hosts for ever, one after the other."""
        self._start()
        pump = None
        while True:
            await self._wake.wait()
            if self.connected and self._host == _NO_HOST:
                self.connected = False
                pump.cancel()
                self._service.detach(self)
                self._inbox = _new_inbox()
                self._advertise()
            if not self.connected and self._host != _NO_HOST:
                self.connected = True
                self._service.attach(self)
                pump = asyncio.create_task(self._service.pump(self))
            while self._inbox and self._host != _NO_HOST:
                await self._take(self._inbox.popleft())

    def _start(self):
        ble = self._ble
        ble.active(True)
        ble.config(gap_name=self.name, mtu=MTU)
        ble.irq(self._irq)
        self._register()
        self._advertise()

    def _advertise(self):
        uuid = bytes(self._bluetooth.UUID(uuids.POISE_SERVICE))
        self._ble.gap_advertise(
            ADVERTISING_INTERVAL_US,
            _FLAGS + _field(_COMPLETE_NAME, self.name.encode()),
            resp_data=_field(_COMPLETE_UUIDS_128, uuid),
        )

    def _register(self):
        bluetooth = self._bluetooth
        uuid = bluetooth.UUID
        read = bluetooth.FLAG_READ
        notify = bluetooth.FLAG_NOTIFY
        write = bluetooth.FLAG_WRITE
        information = (
            (uuid(uuids.MANUFACTURER_NAME), read),
            (uuid(uuids.MODEL_NUMBER), read),
            (uuid(uuids.FIRMWARE_REVISION), read),
        )
        poise = (
            (uuid(uuids.EVENTS), notify),
            (uuid(uuids.MOTION), notify),
            (uuid(uuids.CONTROL), write | bluetooth.FLAG_INDICATE),
            (uuid(uuids.LOG), notify),
            (uuid(uuids.CLIP_ID), read),
        )
        handles = self._ble.gatts_register_services(
            (
                (uuid(uuids.DEVICE_INFORMATION), information),
                (uuid(uuids.BATTERY), ((uuid(uuids.BATTERY_LEVEL), read | notify),)),
                (uuid(uuids.CURRENT_TIME), ((uuid(uuids.CURRENT_TIME_CHARACTERISTIC), write),)),
                (uuid(uuids.POISE_SERVICE), poise),
            )
        )
        self._fill(handles)

    def _fill(self, handles):
        information, (self._battery,), (self._time,), poise = handles
        self._events, self._motion, self._control, self._log, clip_id = poise
        write = self._ble.gatts_write
        for handle, text in zip(information, ("Poise", self._model, self._firmware)):
            write(handle, text.encode())
        write(clip_id, self._clip_id)
        # Without this a central may write 20 bytes and the rest is cut off without a word.
        self._ble.gatts_set_buffer(self._control, MTU - ATT_HEAD)

    def set_battery_pct(self, pct):
        """The Battery service's level; a host that subscribed is told."""
        self._ble.gatts_write(self._battery, bytes((pct,)), True)

    # --- from the radio

    def _irq(self, event, data):
        # Runs between other code (on the ESP32 in NimBLE's task): short, and no calls that wait.
        if event == _WRITTEN:
            self._written(data[1])
        elif event == _INDICATED:
            self._confirm_status = data[2]
            self._confirmed.set()
            return
        elif event == _CONNECTED:
            self._host = data[0]
            self.encrypted = False
            self.max_payload = MIN_MTU - ATT_HEAD
        elif event == _DISCONNECTED:
            self._host = _NO_HOST
            self.encrypted = False
            self._confirmed.set()
        elif event == _MTU_EXCHANGED:
            self.max_payload = min(data[1], MTU) - ATT_HEAD
            return
        elif event == _ENCRYPTED:
            self.encrypted = bool(data[1])
            return
        self._wake.set()

    def _written(self, handle):
        if len(self._inbox) >= INBOX:
            self.dropped += 1
            return
        # Read now: the next write overwrites the value.
        self._inbox.append((handle, self._ble.gatts_read(handle)))

    async def _take(self, item):
        handle, data = item
        if handle == self._time:
            data = _time_message(data)
            if data:
                self._service.handle(data, self)
            return
        for reply in self._service.handle(data, self):
            if not await self._indicate(reply):
                return

    # --- to the host

    async def _indicate(self, payload):
        """True once the host has confirmed it."""
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

    async def send_log(self, payload):
        """True once handed to the radio, false when the link is gone."""
        return await self._notify(self._log, payload)

    async def send_event(self, payload):
        """True once handed to the radio, false when the link is gone."""
        return await self._notify(self._events, payload)

    def send_motion(self, payload):
        """Handed to the radio, or dropped: the next frame is newer."""
        try:
            self._ble.gatts_notify(self._host, self._motion, payload)
        except OSError:
            pass

    async def _notify(self, handle, payload):
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


def _new_inbox():
    return deque((), INBOX)  # noqa: RUF037 (MicroPython's takes no keyword)


def advertised_name(clip_id):
    """The prefix and the last four hex digits of the clip id: `Poise 12AB`."""
    return uuids.NAME_PREFIX + hexlify(clip_id[-2:]).decode().upper()


def _field(kind, data):
    return bytes((len(data) + 1, kind)) + data


def _time_message(data):
    """A time_set message from the Current Time characteristic (UTC), or None for what is no time."""
    if len(data) < 9:
        return None
    year, month, day, hour, minute, second, _weekday, parts = unpack_from("<HBBBBBBB", data)
    if year < 1970 or not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    seconds = ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    utc_ms = seconds * 1000 + parts * 1000 // 256
    try:
        return codec.pack("time_set", 0, utc_ms=utc_ms, uncertainty_ms=TIME_UNCERTAINTY_MS)
    except WireError:
        return None


def _days(year, month, day):
    """Days since 1970-01-01 in the Gregorian calendar. Years begin in March, so that February's length is last.

    Written out because MicroPython's own epoch is 2000 on the ESP32 and 1970 on the twin.
    """
    if month < 3:
        year -= 1
        month += 12
    leap_days = year // 4 - year // 100 + year // 400
    return 365 * year + leap_days + (153 * (month - 3) + 2) // 5 + day - 719_469
