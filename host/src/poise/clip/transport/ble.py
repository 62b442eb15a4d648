"""Bluetooth Low Energy transport over bleak: writes requests to CONTROL, receives everything else by notification.

A clip is recognised by its service and by the id that it lets a paired host read, never by its address, which some
systems hide.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...aio import end
from ...errors import PoiseError, Reason
from ...installed import add
from ...language import N_, _
from ...text import printable
from ...timebase.clock import Clock, SystemClock
from ...wire import uuids

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.characteristic import BleakGATTCharacteristic

SCAN_S = 5.0
_log = logging.getLogger(__name__)
CONNECT_S = 15.0
_WITHOUT_END_S = 86_400.0  # bleak's own limit of a search; `find` has a limit on its clock
_ATTEMPTS = 2  # to connect to a clip that was found, before a new search
_ATTEMPTS_S = 30.0  # limit for all attempts: the retry connector alone goes on for minutes
ATT_PAYLOAD = 20  # bytes, at the MTU with which every link begins
CLIP_PAYLOAD = 244  # bytes, at the MTU that the clip offers
_ATT_HEAD = 3
# Errors of D-Bus and BlueZ where Bluetooth is not installed, not running or switched off.
_NO_BLUEZ = {
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.NoReply",
    "org.bluez.Error.NotReady",
}
_NO_ADAPTER_CURE = N_("Switch Bluetooth on, or plug in an adapter.")
NOT_PAIRED_CURE = N_(
    "Hold the clip's button for 6 s until it buzzes again; within a minute run `poise pair`."
)


@dataclass(frozen=True)
class Found:
    """A clip that advertises. `device` is bleak's device object, for connecting."""

    name: str
    address: str
    rssi_dbm: int
    device: Any


def backend_options(hci: str | None, *, scanner: bool, keys: Path | None = None) -> dict[str, Any]:
    """Return bleak's options for Bumble as the backend; empty if the system's Bluetooth is used.

    `hci` names Bumble's HCI transport; without it the environment variable POISE_HCI does. `keys` is the file with
    the bonds of Bumble's host. Raises PoiseError (MISSING_EXTRA).
    """
    hci = hci or os.environ.get("POISE_HCI")
    if not hci:
        return {}
    try:
        from .bumble.backend import BumbleClient, BumbleScanner
    except ImportError:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            _("the virtual radio is not installed"),
            add("twin"),
        ) from None
    return {"backend": BumbleScanner if scanner else BumbleClient, "hci": hci, "keys": keys}


async def scan(seconds: float = SCAN_S, hci: str | None = None) -> list[Found]:
    """Return the clips that advertise within `seconds`, the strongest first. Raises PoiseError (NO_ADAPTER).

    `hci`: as for `BleTransport`.
    """
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
    clock: Clock | None = None,
) -> Found:
    """Return the first clip whose name ends in `wanted` or whose address is `wanted`; any clip if `wanted` is None.

    `seconds` are those of `clock`; None is the computer's. Raises PoiseError (NO_CLIP, NO_ADAPTER).
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
    _log.info("searching for %s, up to %.0f s", "one clip" if wanted else "any clip", seconds)
    with _told():
        await _within(
            BleakScanner.find_device_by_filter(matches, timeout=_WITHOUT_END_S, **options),
            seconds,
            clock or SystemClock(),
        )
    if not hit:
        if wanted:
            what = _("no clip '{wanted}' found in {seconds:.0f} s")
        else:
            what = _("no clip found in {seconds:.0f} s")
        raise PoiseError(
            Reason.NO_CLIP,
            what.format(wanted=wanted, seconds=seconds),
            _(
                "Wake it by a press of its button, bring it near, and see that no other program holds it."
            ),
        )
    _log.info("found at %d dBm", hit[-1].rssi_dbm)
    return hit[-1]


async def _within(search: Coroutine[Any, Any, Any], seconds: float, clock: Clock) -> None:
    """Run the search until it ends or `seconds` of the clock are over. Raises the search's error."""
    searching, waiting = asyncio.ensure_future(search), asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((searching, waiting), return_when=asyncio.FIRST_COMPLETED)
        if searching.done():
            searching.result()
    finally:
        await end(searching, waiting)


def _name(device: Any, adv: Any) -> str:
    return printable(adv.local_name or device.name or "")


class BleTransport:
    """A clip over bleak. `wanted` is the clip's name, the end of the name, or an address; None is the first clip found.

    The clip gives its data only to a paired host. With `pair` this host pairs if it has not yet; the clip allows
    pairing for a minute after its button was held. With `anew` the host drops an old bond and pairs again.

    A search lasts `find_s` seconds of `clock` at most; None is the computer's clock. `hci` is the name of Bumble's
    transport, which then replaces the system's Bluetooth; None uses POISE_HCI, or the system's Bluetooth without it.
    `keys` is the file of Bumble's bonds.
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
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock
        self.name = wanted or _("the clip")
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

    async def connect(self, search_s: float | None = None) -> None:
        """Find the clip, connect, pair if asked to, and subscribe.

        Raises PoiseError (NO_CLIP, NO_ADAPTER, FOREIGN_DEVICE, NOT_PAIRED).
        """
        seconds = self._find_s if search_s is None else search_s
        clip = await find(self._wanted, seconds, self._hci, self._keys, self._clock)
        self.name = clip.name
        with _told():
            try:
                client = await self._opened(clip)
            except _Dropped:
                # Either bad luck on the radio or a clip that does not know the key: the latter drops again.
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
        """Connect through the retry connector, which handles BlueZ's cache and D-Bus errors between attempts.

        Bumble and the other systems do not need the connector, but take the same path.
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
                use_services_cache=False,  # a firmware update may change them
                timeout=CONNECT_S,
                **options,
            )

    def _characteristics(self, client: "BleakClient") -> tuple[str, ...]:
        service = client.services.get_service(uuids.POISE_SERVICE)
        wanted = (uuids.CONTROL, uuids.EVENTS, uuids.LOG, uuids.MOTION)
        if service is None or any(service.get_characteristic(uuid) is None for uuid in wanted):
            raise PoiseError(
                Reason.FOREIGN_DEVICE,
                _("{name} is not a Poise clip").format(name=self.name),
                _("Choose another: `poise scan` lists clips."),
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
            # The clip decides after the pairing. Only a host that it accepted can read the id.
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
            return  # the system keeps the bond in its list of devices; a new pairing replaces it

    def _not_paired(self) -> PoiseError:
        return PoiseError(
            Reason.NOT_PAIRED,
            _("{name} does not know this computer").format(name=self.name),
            _(NOT_PAIRED_CURE),
        )

    async def disconnect(self) -> None:
        """End the link without a call of `on_lost`."""
        self._closing = True
        client, self._client = self._client, None
        if client:
            with _told():
                await client.disconnect()

    async def send(self, payload: bytes) -> None:
        """Send one message, as a write with response. Raises PoiseError (LINK_LOST)."""
        if self._client is None:
            raise PoiseError(
                Reason.LINK_LOST,
                _("{name} is not connected").format(name=self.name),
                _("Bring the clip near and try again."),
            )
        with _told():
            await self._client.write_gatt_char(uuids.CONTROL, payload, response=True)

    def _notified(self, _characteristic: "BleakGATTCharacteristic", data: bytearray) -> None:
        if self.on_payload:
            self.on_payload(bytes(data))

    def _gone(self, _client: "BleakClient") -> None:
        was, self._client = self._client, None
        if was and self.on_lost and not self._closing:  # earlier, `connect` raises
            self.on_lost(_("{name} is out of reach").format(name=self.name))


class _Dropped(Exception):
    """The link was lost before the host knew if the clip accepts it."""


class _told:
    """Context manager that turns bleak's errors into PoiseError (NO_ADAPTER, NO_CLIP, LINK_LOST)."""

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
            # Without any D-Bus the error is a bare FileNotFoundError.
            raise PoiseError(
                Reason.NO_ADAPTER, _("no Bluetooth adapter is available"), _(_NO_ADAPTER_CURE)
            ) from error
        if isinstance(error, BleakDeviceNotFoundError | BleakNotFoundError | TimeoutError):
            raise PoiseError(
                Reason.NO_CLIP, _("the clip did not answer"), _("Bring it near and try again.")
            ) from error
        if isinstance(error, BleakError | EOFError | asyncio.CancelledError | OSError):
            if (
                isinstance(error, asyncio.CancelledError)
                and (task := asyncio.current_task())
                and task.cancelling()
            ):
                return
            text = _("the Bluetooth link failed ({why})").format(why=error or _("closed"))
            raise PoiseError(
                Reason.LINK_LOST, text, _("Bring the clip near and try again.")
            ) from error
