"""A bleak backend on Bumble: `BleakClient(..., backend=BumbleClient)`, `BleakScanner(..., backend=BumbleScanner)`.

The HCI transport is the keyword `hci=` or the environment variable POISE_HCI: "tcp-client:..." for the twin, "usb:0"
for a dongle. It needs no D-Bus, and no root rights for the twin. It raises bleak's own errors.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble import att, core, gatt_client, hci
from bumble.device import Advertisement, Connection
from bumble.hci import Address

from ....aio import retrieved
from .advertising import merge
from .host import BumbleHost, hci_name, shared_host
from .services import discover

MAX_MTU = 517  # bytes: ATT's limit for one attribute and its header
Result = TypeVar("Result")


class BumbleScanner(BaseBleakScanner):
    """bleak scanner on Bumble. It always scans actively, so that names in scan responses arrive.

    bleak sets the arguments up to `scanning_mode`. `hci` is the name of Bumble's transport, None that of POISE_HCI;
    `keys` is the file of the bonds; None keeps them in memory only.
    """

    def __init__(
        self,
        detection_callback: Any,
        service_uuids: list[str] | None,
        scanning_mode: str = "active",
        *,
        hci: str | None = None,
        keys: Path | None = None,
        **_platform: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        del scanning_mode
        self._hci = hci
        self._keys = keys
        self._host: BumbleHost | None = None
        self._known: dict[str, AdvertisementData] = {}

    async def start(self) -> None:
        """Scan until `stop`. Raises BleakBluetoothNotAvailableError."""
        self.seen_devices = {}
        self._known = {}
        self._host = await shared_host(hci_name(self._hci), self._keys)
        await self._host.listen(self._on_advertisement)

    async def stop(self) -> None:
        """Stop scanning and end the callbacks."""
        if self._host:
            host, self._host = self._host, None
            await host.unlisten(self._on_advertisement)

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        address = advertisement.address
        key = address.to_string(False)
        data = self._known[key] = merge(advertisement, self._known.get(key))
        if self.is_allowed_uuid(data.service_uuids):
            device = self.create_or_update_device(key, key, data.local_name, address, data)
            self.call_detection_callbacks(device, data)


class BumbleClient(BaseBleakClient):
    """bleak GATT client on Bumble. Requests pending when the link ends raise BleakError.

    bleak sets the arguments up to `timeout` (seconds). `hci` is the name of Bumble's transport, None that of
    POISE_HCI; `keys` is the file of the bonds; None keeps them in memory only.
    """

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None = None,
        timeout: float = 30.0,
        hci: str | None = None,
        keys: Path | None = None,
        **_platform: Any,
    ) -> None:
        super().__init__(
            address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout
        )
        self._hci = hci
        self._keys = keys
        self._target: Address | None = None
        self._name = self.address
        if isinstance(address_or_ble_device, BLEDevice):
            self._target = address_or_ble_device.details
            self._name = address_or_ble_device.name or self.address
        self._host: BumbleHost | None = None
        self._connection: Connection | None = None
        self._subscriptions: dict[int, Callable[[bytes], None]] = {}
        self._pending: set[asyncio.Task[Any]] = set()

    @property
    def name(self) -> str:
        """The advertised name, or the address if there is no name."""
        return self._name

    @property
    def mtu_size(self) -> int:
        """Bytes of one ATT packet, its 3-byte header included; 23 until both sides agree on a size."""
        return self._connection.att_mtu if self._connection else att.ATT_DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        """True while a link is up."""
        return self._connection is not None

    # --- the link

    async def connect(self, pair: bool, **_kwargs: Any) -> None:
        """Connect, agree on the MTU, pair if `pair`, and discover the services.

        Raises BleakDeviceNotFoundError if the device does not answer, BleakError.
        """
        if self._connection:
            raise BleakError("already connected")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout
        self._host = await shared_host(hci_name(self._hci), self._keys)
        with _bleak_errors():
            try:
                target = self._target or await self._find(self._host)
                remaining_s = max(0.1, deadline - loop.time())
                connection = await self._host.connect(target, remaining_s)
            except TimeoutError as error:
                raise BleakDeviceNotFoundError(self.address, str(error)) from None
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
        self._connection = connection
        try:
            async with asyncio.timeout_at(deadline):
                await self._settle(connection, pair)
        except TimeoutError:
            await self.disconnect()
            raise BleakError(f"{self.address} connected but did not answer") from None
        except BaseException:
            await self.disconnect()
            raise

    async def _settle(self, connection: Connection, pair: bool) -> None:
        client = connection.gatt_client
        await self._request(client.request_mtu(MAX_MTU))
        if pair:
            await self.pair()
        elif await self._bonded(connection):
            with contextlib.suppress(BleakError):  # as systems do; a later read fails then
                await self._request(connection.encrypt())
        self.services = await self._request(discover(client))

    async def _find(self, host: BumbleHost) -> Address:
        found: asyncio.Future[Address] = asyncio.get_running_loop().create_future()

        def look(advertisement: Advertisement) -> None:
            address = advertisement.address
            if address.to_string(False).upper() == self.address.upper() and not found.done():
                found.set_result(address)

        await host.listen(look)
        try:
            return await asyncio.wait_for(found, self._timeout)
        finally:
            await host.unlisten(look)

    async def disconnect(self) -> None:
        """End the link and call the disconnection callback. Does nothing without a link."""
        connection = self._connection
        if connection is None:
            return
        with _bleak_errors():
            if self._host and not self._host.lost:
                await connection.disconnect()
        self._on_disconnection(0)

    def _on_disconnection(self, _reason: int) -> None:
        if self._connection is None:
            return
        self._connection = None
        self.services = None
        self._subscriptions.clear()
        for task in self._pending:
            task.cancel()
        if self._disconnected_callback:
            self._disconnected_callback()

    async def pair(self, *_args: Any, **_kwargs: Any) -> None:
        """Pair by LE Secure Connections, or encrypt with an existing bond. Raises BleakError if refused."""
        connection = self._up()
        if connection.is_encrypted:
            return
        bonded = await self._bonded(connection)
        try:
            await self._request(connection.encrypt() if bonded else connection.pair())
        except BleakError:
            if not bonded:
                await self.unpair()  # drop keys that the other side has refused
            raise
        if self._keys and self._keys.exists():
            self._keys.chmod(0o600)

    async def _bonded(self, connection: Connection) -> bool:
        keystore = connection.device.keystore
        return bool(keystore and await keystore.get(str(connection.peer_address)))

    async def unpair(self) -> None:
        """Delete the bond with this device, if there is one."""
        if not (self._host and self._target and self._host.device.keystore):
            return
        keystore = self._host.device.keystore
        if await keystore.get(str(self._target)):
            await keystore.delete(str(self._target))

    # --- attributes

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_kwargs: Any
    ) -> bytearray:
        """Return the characteristic's value. Raises BleakGATTProtocolError with the device's error code."""
        del use_cached
        return await self._read(characteristic.handle)

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_kwargs: Any
    ) -> bytearray:
        """Return the descriptor's value. Raises BleakGATTProtocolError with the device's error code."""
        del use_cached
        return await self._read(descriptor.handle)

    async def _read(self, handle: int) -> bytearray:
        client = self._up().gatt_client
        return bytearray(await self._request(client.read_value(handle)))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """Write the characteristic. With `response`, raises BleakGATTProtocolError with the device's error code."""
        await self._write(characteristic.handle, bytes(data), response)

    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        """Write the descriptor, with response. Raises BleakGATTProtocolError with the device's error code."""
        await self._write(descriptor.handle, bytes(data), True)

    async def _write(self, handle: int, data: bytes, response: bool) -> None:
        client = self._up().gatt_client
        await self._request(client.write_value(handle, data, with_response=response))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_kwargs: Any
    ) -> None:
        """Subscribe to notifications, or to indications if there are none. `callback` gets each value as a bytearray.

        Raises BleakError if already subscribed.
        """
        if characteristic.handle in self._subscriptions:
            raise BleakError("notifications are already on for this characteristic")
        client = self._up().gatt_client

        def subscriber(value: bytes) -> None:
            callback(bytearray(value))

        self._subscriptions[characteristic.handle] = subscriber
        proxy: gatt_client.CharacteristicProxy = characteristic.obj
        await self._request(client.subscribe(proxy, subscriber))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """End the subscription of `start_notify`."""
        client = self._up().gatt_client
        subscriber = self._subscriptions.pop(characteristic.handle, None)
        if subscriber:
            await self._request(client.unsubscribe(characteristic.obj, subscriber))

    # --- requests

    def _up(self) -> Connection:
        if self._connection is None:
            raise BleakError("not connected")
        return self._connection

    async def _request(self, work: Awaitable[Result]) -> Result:
        """Await `work`, and cancel it if the link ends. Bumble would let requests wait on a dead link.

        A caller that is cancelled leaves the request to its answer, as BlueZ does: Bumble would raise an error for an
        answer that nobody waits for.
        """
        task = asyncio.ensure_future(work)
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)
        task.add_done_callback(retrieved)
        if self._connection is None:  # the link ended between two requests
            task.cancel()
        with _bleak_errors():
            return await asyncio.shield(task)


@contextmanager
def _bleak_errors() -> Generator[None, None, None]:
    """Turn Bumble's errors, and its cancellation of pending requests, into bleak's errors."""
    try:
        yield
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task and task.cancelling():  # the caller's own cancellation passes
            raise
        raise BleakError("the link was lost") from None
    except att.ATT_Error as error:
        raise BleakGATTProtocolError(error.error_code) from error
    except TimeoutError as error:
        raise BleakError("no answer in time") from error
    except (core.BaseBumbleError, hci.HCI_Error) as error:
        raise BleakError(str(error)) from error
