"""Bluetooth Low Energy by bleak: requests written to CONTROL, everything else by notification.

A clip is known by its service and by the id that it gives to be read, never by its address: some systems hide that.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import PoiseError, Reason
from ...installed import add
from ...text import printable
from ...wire import uuids

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.characteristic import BleakGATTCharacteristic

SCAN_S = 5.0
CONNECT_S = 15.0
_ATTEMPTS = 2  # to connect to what was found; then it is looked for again
_ATTEMPTS_S = 30.0  # for all of them: the retry connector alone would go on for minutes
ATT_PAYLOAD = 20  # bytes at the MTU that every link begins with
CLIP_PAYLOAD = 244  # at the MTU that the clip offers
_ATT_HEAD = 3
# What D-Bus and BlueZ say where there is no Bluetooth: not installed, not running, switched off.
_NO_BLUEZ = {
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.NoReply",
    "org.bluez.Error.NotReady",
}
_NO_ADAPTER_CURE = "Switch Bluetooth on, or plug in an adapter."


@dataclass(frozen=True)
class Found:
    """A clip that advertises. `device` is bleak's, for connecting."""

    name: str
    address: str
    rssi_dbm: int
    device: Any


def backend_options(hci: str | None, *, scanner: bool, keys: Path | None = None) -> dict[str, Any]:
    """bleak's `backend=` and its options, when a Bumble HCI transport takes the place of the system's Bluetooth.

    `keys`: the file with that host's bonds; the system's Bluetooth keeps its own.
    """
    hci = hci or os.environ.get("POISE_HCI")
    if not hci:
        return {}
    try:
        from .bumble.backend import BumbleClient, BumbleScanner
    except ImportError:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            "the virtual radio is not installed",
            add("twin"),
        ) from None
    return {"backend": BumbleScanner if scanner else BumbleClient, "hci": hci, "keys": keys}


async def scan(seconds: float = SCAN_S, hci: str | None = None) -> list[Found]:
    """Clips around, the strongest first. Raises PoiseError (NO_ADAPTER)."""
    from bleak import BleakScanner

    options = backend_options(hci, scanner=True)
    with _told():
        seen = await BleakScanner.discover(
            timeout=seconds, return_adv=True, service_uuids=[uuids.POISE_SERVICE], **options
        )
    found = [
        Found(_name(device, adv) or "?", device.address, adv.rssi, device)
        for device, adv in seen.values()
    ]
    return sorted(found, key=lambda clip: -clip.rssi_dbm)


async def find(
    wanted: str | None,
    seconds: float = CONNECT_S,
    hci: str | None = None,
    keys: Path | None = None,
) -> Found:
    """The first clip whose name ends in `wanted` or whose address it is; any clip when `wanted` is None.

    Raises PoiseError (NO_CLIP, NO_ADAPTER).
    """
    from bleak import BleakScanner

    hit: list[Found] = []

    def matches(device: Any, adv: Any) -> bool:
        name = _name(device, adv)
        if wanted is None:
            match = uuids.POISE_SERVICE in adv.service_uuids
        else:
            match = wanted.upper() in (
                name.upper(),
                device.address.upper(),
            ) or name.upper().endswith(wanted.upper())
        if match:
            hit.append(Found(name, device.address, adv.rssi, device))
        return match

    options = backend_options(hci, scanner=True, keys=keys)
    with _told():
        await BleakScanner.find_device_by_filter(matches, timeout=seconds, **options)
    if not hit:
        which = f"no clip '{wanted}'" if wanted else "no clip"
        cure = "Wake it by a press of its button, bring it near, and see that no other program holds it."
        raise PoiseError(Reason.NO_CLIP, f"{which} found in {seconds:.0f} s", cure)
    return hit[-1]


def _name(device: Any, adv: Any) -> str:
    return printable(adv.local_name or device.name or "")


class BleTransport:
    """A clip over bleak. `wanted`: name, the last digits of it, or an address; None: the first clip found.

    Only a paired host gets at its data. `pair`: this one pairs if it is not yet, which the clip lets it do for a minute
    after its button was held; `anew`: it pairs whatever was before. `keys`: file of the bonds, where Bumble takes the
    system's place.
    """

    source = "ble"
    max_payload = ATT_PAYLOAD

    def __init__(
        self,
        wanted: str | None = None,
        hci: str | None = None,
        find_s: float = CONNECT_S,
        keys: Path | None = None,
        *,
        pair: bool = False,
        anew: bool = False,
    ) -> None:
        self.name = wanted or "the clip"
        self._wanted = wanted
        self._hci = hci
        self._find_s = find_s
        self._keys = keys
        self._pair = pair or anew
        self._anew = anew
        self.on_payload: Callable[[bytes], None] | None = None
        self.on_lost: Callable[[str], None] | None = None
        self._client: BleakClient | None = None
        self._closing = False

    async def connect(self) -> None:
        """Find, connect, pair, subscribe. Raises PoiseError (NO_CLIP, NO_ADAPTER, FOREIGN_DEVICE, NOT_PAIRED)."""
        clip = await find(self._wanted, self._find_s, self._hci, self._keys)
        self.name = clip.name
        with _told():
            try:
                client = await self._opened(clip)
            except _Dropped:
                # Either the radio's chance, or a clip that does not know the key: it does the same again.
                try:
                    client = await self._opened(clip)
                except _Dropped as error:
                    raise self._not_paired() from error
        self._client = client
        self.max_payload = min(client.mtu_size - _ATT_HEAD, CLIP_PAYLOAD)

    async def _opened(self, clip: Found) -> "BleakClient":
        self._closing = False
        client = await self._connected(clip)
        try:
            characteristics = self._characteristics(client)
            await self._become_secure(client)
            for uuid in characteristics:
                await client.start_notify(uuid, self._notified)
        except BaseException:
            self._closing = True
            await client.disconnect()
            raise
        return client

    async def _connected(self, clip: Found) -> "BleakClient":
        """Through the retry connector: it knows what BlueZ, its cache and its D-Bus errors need between attempts.

        The same on Bumble, where there is no such thing to mend, and on the other systems.
        """
        from bleak import BleakClient
        from bleak_retry_connector import establish_connection

        options = backend_options(self._hci, scanner=False, keys=self._keys)
        async with asyncio.timeout(_ATTEMPTS_S):
            return await establish_connection(
                BleakClient,
                clip.device,
                clip.name,
                disconnected_callback=self._gone,
                max_attempts=_ATTEMPTS,
                use_services_cache=False,  # an update of the clip may change them
                timeout=CONNECT_S,
                **options,
            )

    def _characteristics(self, client: "BleakClient") -> tuple[str, ...]:
        service = client.services.get_service(uuids.POISE_SERVICE)
        wanted = (uuids.CONTROL, uuids.EVENTS, uuids.LOG, uuids.MOTION)
        if service is None or any(service.get_characteristic(uuid) is None for uuid in wanted):
            raise PoiseError(
                Reason.FOREIGN_DEVICE,
                f"{self.name} is not a Poise clip",
                "Choose another: `poise scan` lists clips.",
            )
        return wanted

    async def _become_secure(self, client: "BleakClient") -> None:
        from bleak.exc import BleakError

        try:
            if self._anew:
                await client.unpair()
            if self._pair:
                await client.pair()
        except NotImplementedError:
            pass  # macOS pairs by itself at the first read that needs it
        except BleakError as error:
            raise self._not_paired() from error
        try:
            # The clip decides after the pairing: what only a host that was let in can read tells.
            known = bool(await client.read_gatt_char(uuids.CLIP_ID))
        except BleakError as error:
            if not client.is_connected and not self._pair:
                raise _Dropped from error
            known = False
        if not known:
            if self._pair:
                await self._forget(client)
            raise self._not_paired()

    async def _forget(self, client: "BleakClient") -> None:
        from bleak.exc import BleakError

        try:
            await client.unpair()
        except (BleakError, NotImplementedError, OSError):
            return  # the system's own list of devices keeps it: pairing anew replaces it

    def _not_paired(self) -> PoiseError:
        return PoiseError(
            Reason.NOT_PAIRED,
            f"{self.name} does not know this computer",
            "Hold the clip's button for 6 s until it buzzes again; within a minute run `poise pair`.",
        )

    async def disconnect(self) -> None:
        """End the link."""
        self._closing = True
        client, self._client = self._client, None
        if client:
            with _told():
                await client.disconnect()

    async def send(self, payload: bytes) -> None:
        """One message, written with response. Raises PoiseError (LINK_LOST)."""
        if self._client is None:
            raise PoiseError(
                Reason.LINK_LOST,
                f"{self.name} is not connected",
                "Bring the clip near and try again.",
            )
        with _told():
            await self._client.write_gatt_char(uuids.CONTROL, payload, response=True)

    def _notified(self, _characteristic: "BleakGATTCharacteristic", data: bytearray) -> None:
        if self.on_payload:
            self.on_payload(bytes(data))

    def _gone(self, _client: "BleakClient") -> None:
        was, self._client = self._client, None
        if was and self.on_lost and not self._closing:  # before, `connect` tells it
            self.on_lost(f"{self.name} is out of reach")


class _Dropped(Exception):
    """The link was lost before it was known whether it is secure."""


class _told:
    """bleak's many errors as PoiseError: what is wrong, and what to do."""

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        from bleak.exc import BleakBluetoothNotAvailableError, BleakDeviceNotFoundError, BleakError
        from bleak_retry_connector import BleakNotFoundError

        if error is None or isinstance(error, PoiseError):
            return
        if getattr(error, "dbus_error", None) in _NO_BLUEZ or isinstance(
            error, FileNotFoundError | BleakBluetoothNotAvailableError | ConnectionRefusedError
        ):
            # No D-Bus at all is a bare FileNotFoundError.
            raise PoiseError(
                Reason.NO_ADAPTER, "no Bluetooth adapter is available", _NO_ADAPTER_CURE
            ) from error
        if isinstance(error, BleakDeviceNotFoundError | BleakNotFoundError | TimeoutError):
            raise PoiseError(
                Reason.NO_CLIP, "the clip did not answer", "Bring it near and try again."
            ) from error
        if isinstance(error, BleakError | EOFError | asyncio.CancelledError | OSError):
            if (
                isinstance(error, asyncio.CancelledError)
                and (task := asyncio.current_task())
                and task.cancelling()
            ):
                return
            text = f"the Bluetooth link failed ({error or 'closed'})"
            raise PoiseError(
                Reason.LINK_LOST, text, "Bring the clip near and try again."
            ) from error
