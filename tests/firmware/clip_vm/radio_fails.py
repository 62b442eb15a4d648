# Runs in MicroPython: the clip's Bluetooth on a radio of which one call fails. A line for each call:
# its name, the faults told, radio on, starts tried within a minute, on after it.
import asyncio

from link import ble
from link.ble import BleLink

EIO = 5
CALLS = ("active", "config", "register", "write", "set_buffer", "advertise")


class Clock:
    now_ms = 0x3FFFFF00  # before the ticks wrap

    def ticks_ms(self):
        return self.now_ms & 0x3FFFFFFF

    def ticks_add(self, ticks, delta):
        return (ticks + delta) & 0x3FFFFFFF

    def ticks_diff(self, end, start):
        return ((end - start + 0x20000000) & 0x3FFFFFFF) - 0x20000000


class Uuid:
    def __init__(self, value):
        self.value = value

    def __iter__(self):
        return iter(bytes(16))


class Module:
    FLAG_READ, FLAG_WRITE, FLAG_NOTIFY, FLAG_INDICATE = 2, 8, 16, 32
    UUID = Uuid


class Radio:
    fails = ""
    on = False
    tried = 0
    handler = None

    def call(self, name):
        if not self.on and name not in ("active", "off"):
            raise OSError(19)
        if name == self.fails:
            raise OSError(EIO)

    def irq(self, handler):
        self.handler = handler

    def active(self, on=None):
        if on is None:
            return self.on
        if on:
            assert self.handler, "the handler comes first"
            self.tried += 1
        self.call("active" if on else "off")
        self.on = on
        return on

    def config(self, **_values):
        self.call("config")

    def gatts_register_services(self, services):
        self.call("register")
        return [[0] * len(characteristics) for _, characteristics in services]

    def gatts_write(self, *_arguments):
        self.call("write")

    def gatts_read(self, _handle):
        self.call("read")
        return b""

    def gatts_set_buffer(self, *_arguments):
        self.call("set_buffer")

    def gap_advertise(self, *_arguments, **_more):
        self.call("advertise")

    def gap_disconnect(self, _connection):
        self.call("disconnect")


class Pairing:
    secure = forgotten = False
    raises = False

    def restart(self):
        if self.raises:
            raise MemoryError

    def begin(self):
        pass

    end = settle = begin

    def encrypted(self, _encrypted, _bonded):
        pass


class Service:
    attached = 0

    def attach(self, _link):
        self.attached += 1

    def detach(self, _link):
        self.attached -= 1

    async def pump(self, _link):
        pass


def made(faults):
    radio, pairing = Radio(), Pairing()
    link = BleLink(
        radio,
        Service(),
        pairing,
        Module,
        clip_id=bytes(8),
        fault=lambda name, detail: faults.append((name, detail)),
    )
    return radio, pairing, link


def start(call):
    faults = []
    radio, _, link = made(faults)
    radio.fails = call
    link.switch(True)
    on = link._on
    link.set_battery_pct(50)
    link.drop()
    for _ in range(59):  # the governor, once a second
        clock.now_ms += 1000
        link.switch(True)
    tried = radio.tried
    radio.fails = ""
    clock.now_ms += 1000
    link.switch(True)
    print(call, faults, on, tried, link._on and radio.on)


async def later():
    faults = []
    radio, pairing, link = made(faults)
    running = asyncio.create_task(link.run())
    await asyncio.sleep_ms(0)

    async def turn(event, data):
        radio.handler(event, data)
        # Turns, not time: on a busy machine one pause of any length can be over at once.
        for _ in range(10):
            await asyncio.sleep_ms(1)

    # A link that has begun and ended before the task has its turn: the clip advertises again.
    called = []
    radio.gap_advertise = lambda *_arguments, **_more: called.append("advertise")
    radio.handler(1, (1, 0, bytes(6)))
    await turn(2, (1, 0, bytes(6)))
    print("short", called)
    await turn(2, (1, 0xFF, bytes(6)))
    print("failed", called)
    # Each call fails while a host is there.
    for radio.fails in ("disconnect", "write", "read", ""):
        await turn(1, (1, 0, bytes(6)))
        await turn(3, (1, 0))
        link.set_battery_pct(50)
        link.drop()
        await turn(2, (1, 0, bytes(6)))
    print("calls", faults, link._service.attached)
    faults.clear()
    pairing.raises = True
    await turn(1, (1, 0, bytes(6)))
    await turn(2, (1, 0, bytes(6)))
    print("handler", faults)
    # The radio fails when the clip wants to be seen again.
    faults.clear()
    del radio.gap_advertise
    radio.fails = "advertise"
    await turn(2, (1, 0, bytes(6)))
    print("again", faults, link._on, radio.on)
    radio.fails = "off"
    link._on = radio.on = True
    link.switch(False)
    print("off", link._on)
    running.cancel()


clock = ble.time = Clock()
for name in CALLS:
    start(name)
asyncio.run(later())
