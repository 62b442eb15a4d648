"""BleLink with a service that echoes and streams, run in the VM: the transport without the clip behind it."""

import asyncio

import bluetooth
from link.ble import BleLink
from link.pairing import Pairing

STREAM = 300


class AnyHost:
    """Bonds in RAM, for as long as this VM runs."""

    pending = False

    def __init__(self):
        self.rows = {}

    def get(self, kind, index, key):
        return self.rows.get((kind, key))

    def set(self, kind, key, value):
        self.rows[kind, key] = value
        return True

    def knows(self, host):
        return bool(self.rows.get((1, host)) and self.rows.get((2, host)))

    def save(self):
        pass


class EchoService:
    """What BleLink asks of a service. A request b"stream" sends numbered payloads of the link's full size."""

    def __init__(self):
        self.attached = 0
        self.wake = asyncio.Event()
        self.times = []

    def attach(self, link):
        self.attached += 1

    def paired(self, news, peer):
        self.paired_with = peer

    def detach(self, link):
        self.attached -= 1

    def handle(self, payload, link):
        if payload[:1] == b"\x03":  # time_set, from the Current Time characteristic
            self.times.append(payload)
            return []
        if payload == b"stream":
            self.wake.set()
        if payload == b"times":
            return self.times
        return [payload, bytes((self.attached,))]

    async def pump(self, link):
        while True:
            await self.wake.wait()
            self.wake.clear()
            for number in range(STREAM):
                body = number.to_bytes(2, "little")
                if not await link.send_log(body + bytes(link.max_payload - 2)):
                    return
            await link.send_event(b"streamed")
            link.send_motion(b"motion")


pairing = Pairing(AnyHost(), lambda: True)
link = BleLink(
    bluetooth.BLE(),
    EchoService(),
    pairing,
    "Poise TEST",
    bytes(range(8)),
    bluetooth,
    firmware="1.2.3",
)
asyncio.run(link.run())
