"""One Bumble host stack per event loop and HCI transport, shared by scanners and clients.

A keeper task owns the transport, so that `asyncio.run`, which ends the loop's tasks, closes the transport cleanly.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason
from bumble import core, hci
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration
from bumble.host import Host
from bumble.keys import JsonKeyStore, MemoryKeyStore
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport import open_transport
from bumble.transport.common import Transport, TransportSpecError

from ....aio import end, retrieved

HCI_VARIABLE = "POISE_HCI"
RESET_TIMEOUT_S = 10.0
_ANSWER_S = 1.0  # a controller answers a command within this time, or is gone

_hosts: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, Path | None], BumbleHost]]" = WeakKeyDictionary()


def hci_name(given: str | None) -> str:
    """Return the HCI transport's name: `given`, or the value of POISE_HCI.

    Raises BleakBluetoothNotAvailableError if neither names one.
    """
    name = given or os.environ.get(HCI_VARIABLE, "")
    if not name:
        raise unavailable(f"no HCI transport: set {HCI_VARIABLE}, for example to usb:0")
    return name


def unavailable(message: str) -> BleakBluetoothNotAvailableError:
    """Return bleak's error for a missing radio, with `message`."""
    return BleakBluetoothNotAvailableError(message, BleakBluetoothNotAvailableReason.NO_BLUETOOTH)


async def shared_host(name: str, keys: Path | None = None) -> "BumbleHost":
    """Return the running loop's host on this transport. The first use opens it.

    `keys` is the file of the host's bonds; its address is stored beside that file. With None, address and bonds are
    new and last as long as the host. Raises BleakBluetoothNotAvailableError.
    """
    hosts = _hosts.setdefault(asyncio.get_running_loop(), {})
    host = hosts.get((name, keys))
    if host is None or host.lost:
        host = hosts[name, keys] = BumbleHost(name, keys)
    await host.opened()
    return host


async def close_hosts() -> None:
    """Close the running loop's hosts now rather than at its end."""
    for host in _hosts.pop(asyncio.get_running_loop(), {}).values():
        await host.close()


async def _answered(commands: Awaitable[Any]) -> None:
    """Await commands to the controller, until their answers also when the caller is cancelled.

    Bumble would raise an error for an answer that nobody waits for.
    """
    task = asyncio.ensure_future(commands)
    task.add_done_callback(retrieved)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=_ANSWER_S)
        raise


class PatientHost(Host):
    """Bumble's host, to which an answer is no error when whoever waited for it has just given up."""

    def on_command_processed(
        self, event: hci.HCI_Command_Complete_Event | hci.HCI_Command_Status_Event
    ) -> None:
        """Pass the answer on to whoever waits for it."""
        if self.pending_response and self.pending_response.done():
            return
        super().on_command_processed(event)


class BumbleHost:
    """A Bumble device on an HCI transport. `lost` is True once the transport has closed.

    `name` is the transport's name, such as "usb:0". `keys` is the file of the bonds; None keeps them in memory
    only. Make it inside a running event loop: it opens the transport there at once.
    """

    def __init__(self, name: str, keys: Path | None = None) -> None:
        self.name = name
        self._keys = keys
        self.lost = False
        self.connecting = asyncio.Lock()  # a controller makes one connection at a time
        self._device: Device | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listeners: set[Callable[[Advertisement], None]] = set()
        self._scan_change = asyncio.Lock()
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    @property
    def device(self) -> Device:
        """The Bumble device. Raises BleakBluetoothNotAvailableError if the transport has closed."""
        if self._device is None or self.lost:
            raise unavailable(f"the Bluetooth controller {self.name} is gone")
        return self._device

    async def opened(self) -> None:
        """Wait until the host is ready for use. Raises BleakBluetoothNotAvailableError."""
        await asyncio.shield(self._ready)

    async def close(self) -> None:
        """Drop all links and close the transport."""
        await end(self._keeper)

    # --- scanning

    async def listen(self, listener: Callable[[Advertisement], None]) -> None:
        """Pass advertisements to `listener`. The device scans while there is a listener."""
        async with self._scan_change:
            self._listeners.add(listener)
            if not self.device.is_scanning:
                await _answered(self.device.start_scanning(active=True))

    async def unlisten(self, listener: Callable[[Advertisement], None]) -> None:
        """Remove a listener. Without listeners the device stops scanning."""
        async with self._scan_change:
            self._listeners.discard(listener)
            if not self._listeners and not self.lost and self.device.is_scanning:
                await _answered(self.device.stop_scanning())

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for listener in list(self._listeners):
            listener(advertisement)

    # --- connecting

    async def connect(self, address: hci.Address, timeout_s: float) -> Connection:
        """Connect to the device at `address` and return the connection.

        Raises TimeoutError if the device does not answer in `timeout_s`, bumble's ConnectionError if it refuses.
        """
        async with self.connecting:
            device = self.device
            try:
                return await device.connect(address, timeout=timeout_s)
            except core.TimeoutError:
                raise TimeoutError(f"{address} did not answer in {timeout_s:g} s") from None
            except asyncio.CancelledError:
                # When its caller gives up, Bumble does not stop the controller's attempt.
                await self._give_up(device, address)
                raise

    async def _give_up(self, device: Device, address: hci.Address) -> None:
        if self.lost:
            return
        try:
            await device.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
        except hci.HCI_Error:  # the controller has just connected, or was not connecting
            connection = device.find_connection_by_bd_addr(address)
            if connection:
                await connection.disconnect()

    # --- the transport

    async def _keep(self) -> None:
        transport: Transport | None = None
        try:
            transport = await self._open()
            await transport.source.terminated
        finally:
            self.lost = True
            self._fail(unavailable(f"the Bluetooth controller {self.name} was closed"))
            if self._device:
                self._device.on_flush()  # clients learn that their links are gone
            if transport:
                await transport.close()

    async def _open(self) -> Transport:
        try:
            transport = await open_transport(self.name)
        except (OSError, ValueError, TransportSpecError, core.BaseBumbleError) as error:
            self._fail(unavailable(f"cannot open the Bluetooth controller {self.name}: {error}"))
            raise asyncio.CancelledError from error
        try:
            self._device = await asyncio.wait_for(_power_on(transport, self._keys), RESET_TIMEOUT_S)
        except BaseException as error:
            self._fail(
                unavailable(f"the Bluetooth controller {self.name} does not answer: {error}")
            )
            await transport.close()
            raise
        self._device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        self._ready.set_result(None)
        return transport

    def _fail(self, error: BleakBluetoothNotAvailableError) -> None:
        if not self._ready.done():
            self._ready.set_exception(error)
            self._ready.exception()  # marks it as retrieved, in case nobody waits


def _identity(keys: Path | None) -> hci.Address:
    """Return the host's static random address, stored beside its bonds: the peer knows each bond by this address."""
    if keys is None:
        return hci.Address.generate_static_address()
    path = keys.with_suffix(".address")
    try:
        return hci.Address(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        address = hci.Address.generate_static_address()
        keys.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(address), encoding="ascii")
        return address


async def _power_on(transport: Transport, keys: Path | None) -> Device:
    host = PatientHost(transport.source, transport.sink)
    config = DeviceConfiguration(name="Poise host", address=_identity(keys))
    device = Device(config=config, host=host)
    device.keystore = JsonKeyStore("poise", str(keys)) if keys else MemoryKeyStore()
    device.pairing_config_factory = lambda _connection: PairingConfig(
        sc=True,
        mitm=False,
        bonding=True,
        identity_address_type=PairingConfig.AddressType.RANDOM,
        delegate=PairingDelegate(PairingDelegate.NO_OUTPUT_NO_INPUT),
    )
    await device.power_on()
    return device
