"""The twin's radio: the clip's Bluetooth on Bumble's virtual controllers, with faults on request.

Hosts reach it by an HCI transport name, as they would a dongle. Everything runs in real time.
"""

import asyncio
import random

from bumble import hci
from bumble.device import Device, DeviceConfiguration
from bumble.host import Host
from bumble.transport.common import AsyncPipeSink

from .controller import RadioController
from .link import RadioLink
from .pipe import Hub, RadioPipe
from .port import HostPort


class Radio:
    """One clip's radio. `hci` is the transport name for hosts once started.

    With `joins` it uses the air and the port of another clip's radio, started before it and stopped after it: one host
    sees both. Loss, delay and outages are of the air; `disconnect` is of this clip alone.
    """

    def __init__(self, joins: "Radio | None" = None) -> None:
        self.hci = ""
        self._joins = joins
        self._air: RadioLink | None = None
        self._clip: RadioController | None = None
        self._device: Device | None = None
        self._pipe: RadioPipe | None = None
        self._port: HostPort | None = None
        self._timers: set[asyncio.Task[None]] = set()

    async def start(self, hub: Hub, *, seed: int = 0) -> str:
        """Serve the hub's VM; return the HCI name for hosts, "tcp-client:127.0.0.1:PORT".

        `seed` gives the clip's address and the order of losses. Raises OSError when no port can be opened.
        """
        rng = random.Random(seed)
        self._air = self._joins.air if self._joins else RadioLink(rng)
        address = hci.Address(rng.randbytes(3) + b"\x5e\x2a\x02", hci.Address.PUBLIC_DEVICE_ADDRESS)
        self._clip = RadioController("clip", self._air, address)
        host = Host(self._clip, AsyncPipeSink(self._clip))
        config = DeviceConfiguration(gap_service_enabled=False, gatt_service_enabled=False)
        self._device = Device(config=config, host=host)
        self._pipe = RadioPipe(hub, self._device)
        await self._device.power_on()
        self._pipe.start()
        if self._joins:
            self.hci = self._joins.hci
            return self.hci
        self._port = HostPort(self._air)
        self.hci = await self._port.start()
        return self.hci

    @property
    def air(self) -> RadioLink:
        """The medium. Raises RuntimeError before `start`."""
        return self._parts()[0]

    async def stop(self) -> None:
        """Close the port and drop links and hosts."""
        for timer in list(self._timers):
            timer.cancel()
        if self._port:
            await self._port.stop()
        if self._clip:
            self._clip.set_packet_sink(None)  # commands given up now get no answer
        if self._pipe:
            await self._pipe.stop()
        if self._clip and self._air:
            self._clip.le_legacy_advertiser.stop()
            self._air.remove_controller(self._clip)
        self._air = self._clip = self._device = self._pipe = self._port = None

    async def power_cycle(self) -> None:
        """Reset for a restart of the VM: links drop as with a dead clip, advertising stops, services are forgotten."""
        air, clip, pipe = self._parts()
        pipe.reset()
        clip.le_legacy_advertiser.stop()
        air.drop(clip)
        await asyncio.sleep(0)

    # --- faults

    async def down(self, seconds: float) -> None:
        """Let nothing be heard for `seconds`; returns at once. A link with a shorter supervision time-out ends."""
        air, clip, _pipe = self._parts()
        loop = asyncio.get_running_loop()
        air.down_until = loop.time() + seconds
        if clip.le_connections and seconds > clip.supervision_timeout_s:
            timer = loop.create_task(self._time_out(clip.supervision_timeout_s))
            self._timers.add(timer)
            timer.add_done_callback(self._timers.discard)

    async def _time_out(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self.disconnect()

    def set_loss(self, probability: float) -> None:
        """Lose each packet with this probability; it is sent again, as the radio does.

        Raises ValueError for a probability below 0 or from 1 on.
        """
        if not 0 <= probability < 1:
            raise ValueError("a loss is 0 to below 1; for no radio at all use down()")
        self._parts()[0].loss = probability

    def set_delay(self, delay_ms: float) -> None:
        """Let each packet arrive `delay_ms` later; the rate stays the same."""
        self._parts()[0].delay_s = delay_ms / 1000

    def set_pacing(self, slot_ms: float) -> None:
        """Set the least time between two packets of one direction; 0: as fast as the machine can."""
        self._parts()[0].slot_s = slot_ms / 1000

    def set_enomem(self, every: int) -> None:
        """Let every nth notification find no transmit buffer, whether there is one or not; 0: none."""
        self._parts()[2].enomem_every = every

    def set_broken(self, broken: bool) -> None:
        """Let the radio's start fail from now on, as with too little memory or a broken chip, or work again."""
        self._parts()[2].broken = broken

    def set_resolving(self, resolves: bool) -> None:
        """Let the stack, from its next start on, resolve private addresses by the keys of earlier pairings, or not.

        The original ESP32's does not: its controller has no privacy, and NimBLE there resolves by records of its own,
        which MicroPython clears at each start (docs/developers/ble.md).
        """
        self._parts()[2].resolves = resolves

    @property
    def hung(self) -> bool:
        """True if the firmware's answers keep the stack in a loop: only a restart helps."""
        return self._parts()[2].hung

    @property
    def flash_in_irqs(self) -> int:
        """Number of flash writes and erases in the firmware's Bluetooth handler, whose task has too small a stack for
        them."""
        return self._parts()[2].flash_in_irqs

    def disconnect(self) -> None:
        """Lose every link at once; both ends see a supervision time-out."""
        air, clip, _pipe = self._parts()
        air.drop(clip)

    def _parts(self) -> tuple[RadioLink, RadioController, RadioPipe]:
        if not (self._air and self._clip and self._pipe):
            raise RuntimeError("the radio has not been started")
        return self._air, self._clip, self._pipe
