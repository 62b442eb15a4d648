"""MicroPython's `bluetooth` calls from the twin's pipe, carried out on a Bumble device.

Numbers are shared with firmware/boards/twin/bluetooth.py, whose `active(True)` asks the handler for secrets before it
reports that the stack has started. Errors are NimBLE's: ENODEV while the radio is off, EIO if it does not start,
ENOTCONN without a link, ENOMEM while all transmit buffers are in use, EINVAL for invalid arguments.
"""

import asyncio
import errno
import struct
from collections.abc import Awaitable, Coroutine
from typing import Any

from bumble import att, hci
from bumble.device import AdvertisingType, Connection, Device
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.smp import AddressResolver

from ...aio import end
from .gatt import GattTable
from .irq import IRQ_INDICATED, Hub, Interrupts
from .keys import FirmwareKeys, WholeSession

TX_BUFFERS = 24  # packets: NimBLE's pool on the ESP32 is of this order (CONFIG_BT_NIMBLE_MSYS_*)
DEFAULT_MTU = 256  # NimBLE's preferred MTU
BLE_HS_ETIMEOUT, BLE_HS_ENOTCONN = 13, 7  # NimBLE's codes, as interrupt 20 gives them
NO_DATA = 0xFF


class _Delegate(PairingDelegate):
    """Lets the stack look for an old bond with `peer` (its address) before it goes on with a pairing."""

    def __init__(self, keys: FirmwareKeys, peer: str) -> None:
        super().__init__(PairingDelegate.NO_OUTPUT_NO_INPUT)
        self._keys = keys
        self._peer = peer

    async def accept(self) -> bool:
        """Return True if a host that asks to pair may go on."""
        return await self._keys.repeat_pairing(self._peer)


class RadioPipe:
    """The radio calls of one VM at a time; call `reset` when it restarts."""

    def __init__(self, hub: Hub, device: Device) -> None:
        self._hub = hub
        self._device = device
        self._irqs = Interrupts(hub)
        self.enomem_every = 0  # every nth notification is refused; 0: none
        self._asked_to_send = 0
        self.broken = False  # the radio does not start
        self.resolves = (
            False  # True: resolves private addresses of hosts paired before the stack's start
        )
        self.hung = False  # the stack is in a loop that only a restart ends
        self.flash_in_irqs = 0  # programs and erases while the interrupt handler ran
        self.table = GattTable(device, self._irqs.on_read, self._irqs.on_write, self._irqs.has_key)
        self._advertisement: list[bytes] = [b"", b""]
        self._settings = self._irqs.settings
        self._jobs: asyncio.Queue[Coroutine[Any, Any, Any]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._worker: asyncio.Task[None] | None = None
        handlers = (
            *(self._active, self._config, self._config_get, self._advertise, self._disconnect),
            *(self._register, self._read, self._write, self._notify, self._indicate),
            *(
                self._set_buffer,
                self._pair,
                self._passkey,
                self._exchange_mtu,
                self._irqs.on_result,
            ),
            *(self._started, self._flash_in_irq),
        )
        for offset, handler in enumerate(handlers):
            hub.register(0x40 + offset, handler)

    def start(self) -> None:
        """Listen to the device. Needs a running loop."""
        self.table.clear()
        self._device.gatt_server.max_mtu = DEFAULT_MTU
        self._device.on(self._device.EVENT_CONNECTION, self._irqs.on_connection)
        self._device.pairing_config_factory = self._pairing
        self._device.smp_session_proxy = WholeSession
        self._device.keystore = self._keys = FirmwareKeys(self._irqs, self._hang)
        self._worker = asyncio.get_running_loop().create_task(self._work())

    async def stop(self) -> None:
        """End the work under way."""
        await end(*self._tasks, *([self._worker] if self._worker else []))
        while not self._jobs.empty():
            self._jobs.get_nowait().close()

    def reset(self) -> None:
        """Reset for a VM that is gone: the radio is off, nothing is registered, nobody waits for an answer."""
        self.hung = False
        self._off()

    def _off(self) -> None:
        self._irqs.reset()
        self._started(b"")
        self.table.clear()
        self._device.gatt_server.max_mtu = DEFAULT_MTU
        self._advertisement = [b"", b""]
        self._jobs.put_nowait(self._stop_advertising())

    # --- from the firmware

    def _active(self, payload: bytes) -> bytes:
        if payload[0] < 2 and bool(payload[0]) != self._irqs.on:
            if payload[0] and self.broken:
                raise OSError(errno.EIO, "the radio does not start")
            if self._irqs.on:
                self._off()
                for connection in list(self._device.connections.values()):
                    self._jobs.put_nowait(self._hang_up(connection))
            self._irqs.on = bool(payload[0]) and not self.hung
            self._hub.meet(self._irqs.on)
        return bytes((self._irqs.on,))

    def _started(self, payload: bytes) -> bytes:
        """Take the peers' secrets that the stack has listed. The ESP32's stack does not resolve private addresses by
        them."""
        self._keys.restore(payload if self.resolves else b"")
        self._device.address_resolver = AddressResolver(self._keys.peers)
        return b""

    def _flash_in_irq(self, payload: bytes) -> bytes:
        del payload
        self.flash_in_irqs += 1
        return b""

    def _hang(self) -> None:
        """Take the clip off the air: the stack's task never ends its loop."""
        self.hung = True
        self._irqs.reset()
        self._jobs.put_nowait(self._stop_advertising())
        for connection in list(self._device.connections.values()):
            self._jobs.put_nowait(self._hang_up(connection))

    def _config(self, payload: bytes) -> bytes:
        key, value = payload[0], payload[1:]
        if key == 0:
            self.table.name = value
        elif key == 1:
            self._need_active()
            self._device.gatt_server.max_mtu = struct.unpack("<H", value)[0]
        elif key < 6:
            name = ("bond", "mitm", "le_secure", "io")[key - 2]
            self._settings[name] = struct.unpack("<H", value)[0]
        return b""

    def _config_get(self, payload: bytes) -> bytes:
        if payload[0] == 0:
            return self.table.name
        self._need_active()
        if payload[0] == 1:
            return struct.pack("<H", self._device.gatt_server.max_mtu)
        return b"\x00" + bytes(reversed(bytes(self._device.public_address)))

    def _advertise(self, payload: bytes) -> bytes:
        self._need_active()
        interval_us, connectable = struct.unpack_from("<IB", payload)
        at = 5
        for part in (0, 1):
            size = payload[at]
            at += 1
            if size != NO_DATA:
                self._advertisement[part] = payload[at : at + size]
                at += size
        if interval_us:
            self._jobs.put_nowait(self._start_advertising(interval_us / 1000, bool(connectable)))
        else:
            self._jobs.put_nowait(self._stop_advertising())
        return b""

    def _disconnect(self, payload: bytes) -> bytes:
        self._need_active()
        connection = self._device.connections.get(struct.unpack("<H", payload)[0])
        if connection is None:
            return b"\x00"
        self._spawn(self._hang_up(connection))
        return b"\x01"

    def _register(self, payload: bytes) -> bytes:
        self._need_active()
        return self.table.register(payload)

    def _read(self, payload: bytes) -> bytes:
        (handle,) = struct.unpack("<H", payload)
        self._need_value(handle)
        return self.table.take(handle)

    def _write(self, payload: bytes) -> bytes:
        handle, send_update = struct.unpack_from("<HB", payload)
        self._need_value(handle)
        value = self.table.values[handle]
        value.data = bytearray(payload[3:])
        value.size = max(value.size, len(value.data))
        if send_update:
            for connection, bits in self.table.subscribers(handle):
                self._send_update(connection, handle, bytes(value.data), bits)
        return b""

    def _send_update(self, connection: Connection, handle: int, data: bytes, bits: int) -> None:
        if bits & 1:
            self._send(connection, handle, data)
        else:
            self._spawn(self._indicate_and_tell(connection, handle, data))

    def _notify(self, payload: bytes) -> bytes:
        connection, handle, data = self._update(payload)
        self._send(connection, handle, data)
        return b""

    def _send(self, connection: Connection, handle: int, data: bytes | None) -> None:
        queue = self._device.host.le_acl_packet_queue
        self._asked_to_send += 1
        refused = self.enomem_every and self._asked_to_send % self.enomem_every == 0
        if queue is None or queue.pending >= TX_BUFFERS or refused:
            raise OSError(errno.ENOMEM, "no transmit buffer")
        content = self.table.update(connection, handle, data)
        pdu = att.ATT_Handle_Value_Notification(attribute_handle=handle, attribute_value=content)
        self._device.gatt_server.send_gatt_pdu(connection, bytes(pdu))

    def _indicate(self, payload: bytes) -> bytes:
        connection, handle, data = self._update(payload)
        content = self.table.update(connection, handle, data)
        self._spawn(self._indicate_and_tell(connection, handle, content))
        return b""

    def _set_buffer(self, payload: bytes) -> bytes:
        handle, size, append = struct.unpack("<HHB", payload)
        self._need_value(handle)
        value = self.table.values[handle]
        value.size, value.append = size, bool(append)
        del value.data[size:]
        return b""

    def _pair(self, payload: bytes) -> bytes:
        self._connection(struct.unpack("<H", payload)[0]).request_pairing()
        return b""

    def _passkey(self, payload: bytes) -> bytes:
        # The io capability "none" never asks for a number; the others come with pairing by button.
        del payload
        raise OSError(errno.ENOTSUP, "passkeys are not modelled")

    def _exchange_mtu(self, payload: bytes) -> bytes:
        connection = self._connection(struct.unpack("<H", payload)[0])
        self._spawn(connection.gatt_client.request_mtu(self._device.gatt_server.max_mtu))
        return b""

    # --- checks

    def _need_active(self) -> None:
        if not self._irqs.on:
            raise OSError(errno.ENODEV, "the radio is off")

    def _need_value(self, handle: int) -> None:
        self._need_active()
        if handle not in self.table.values:
            raise OSError(errno.EINVAL, "no such value")

    def _connection(self, handle: int) -> Connection:
        self._need_active()
        connection = self._device.connections.get(handle)
        if connection is None:
            raise OSError(errno.ENOTCONN, "no link")
        return connection

    def _update(self, payload: bytes) -> tuple[Connection, int, bytes | None]:
        connection_handle, handle, with_data = struct.unpack_from("<HHB", payload)
        connection = self._connection(connection_handle)
        self._need_value(handle)
        return connection, handle, payload[5:] if with_data else None

    def _pairing(self, connection: Connection) -> PairingConfig:
        return PairingConfig(
            sc=bool(self._settings["le_secure"]),
            mitm=bool(self._settings["mitm"]),
            bonding=bool(self._settings["bond"]),
            delegate=_Delegate(self._keys, str(connection.peer_address)),
        )

    # --- what takes time

    def _spawn(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(self._quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, work: Awaitable[Any]) -> None:
        # A link often ends during a request; the firmware has its own interrupt for that.
        try:
            await work
        except (
            asyncio.CancelledError
        ):  # Bumble cancels what waits on a dead link; `stop` cancels this task
            task = asyncio.current_task()
            if task and task.cancelling():
                raise
        except (TimeoutError, hci.HCI_Error):
            return

    async def _work(self) -> None:
        while True:
            await self._quietly(await self._jobs.get())

    async def _start_advertising(self, interval_ms: float, connectable: bool) -> None:
        kind = AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE
        if not connectable:
            kind = AdvertisingType.UNDIRECTED
        await self._device.start_advertising(
            advertising_type=kind,
            own_address_type=hci.OwnAddressType.PUBLIC,
            advertising_data=self._advertisement[0],
            scan_response_data=self._advertisement[1],
            advertising_interval_min=interval_ms,
            advertising_interval_max=interval_ms,
        )

    async def _stop_advertising(self) -> None:
        await self._device.stop_advertising()

    async def _hang_up(self, connection: Connection) -> None:
        await connection.disconnect(hci.HCI_ErrorCode.REMOTE_USER_TERMINATED_CONNECTION_ERROR)

    async def _indicate_and_tell(self, connection: Connection, handle: int, data: bytes) -> None:
        attribute = self.table.values[handle].attribute
        lost = asyncio.get_running_loop().create_future()
        connection.once(connection.EVENT_DISCONNECTION, lambda _reason: lost.cancel())
        sending = asyncio.ensure_future(
            self._device.gatt_server.indicate_subscriber(connection, attribute, data, force=True)
        )
        done, _ = await asyncio.wait([sending, lost], return_when=asyncio.FIRST_COMPLETED)
        status = BLE_HS_ENOTCONN
        if sending in done:
            status = BLE_HS_ETIMEOUT if sending.exception() else 0
        else:
            sending.cancel()
        lost.cancel()
        if status != BLE_HS_ENOTCONN:
            self._irqs.post(IRQ_INDICATED, struct.pack("<HHB", connection.handle, handle, status))
