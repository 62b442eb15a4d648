"""BleLink with a service that echoes and streams, run in the VM: the transport without the clip behind it."""

import asyncio
import os

import bluetooth
from link.ble import BleLink
from link.pairing import Pairing
from storage.bonds import Bonds

STREAM = 300


class EchoService:
    """What BleLink asks of a service. A request b"stream" sends numbered payloads of the link's full size."""

    def __init__(self):
        self.attached = 0
        self.wake = asyncio.Event()
        self.times = []
        self.news = []

    def attach(self, link):
        self.attached += 1

    def paired(self, news, peer):
        self.news.append(news)

    def detach(self, link):
        self.attached -= 1

    def handle(self, payload, link):
        if payload[:1] == b"\x03":  # time_set, from the Current Time characteristic
            self.times.append(payload)
            return []
        if payload == b"stream":
            self.wake.set()
        if payload == b"news":
            return [",".join(self.news).encode()]
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


pairing = Pairing(Bonds(os.getenv("POISE_BONDS"), os), lambda: True)
link = BleLink(
    bluetooth.BLE(),
    EchoService(),
    pairing,
    bluetooth,
    clip_id=bytes(range(8)),
    firmware="1.2.3",
    name="Poise TEST",
)
link._advertise = lambda: None
for _ in range(
    int(os.getenv("POISE_WINDOWS") or 0)
):  # radio windows, unseen: hosts wait for the last one
    link.switch(True)
    link.switch(False)
del link._advertise
asyncio.run(link.run())
