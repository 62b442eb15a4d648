"""The twin's stack is one task, as NimBLE's: a host that hangs up in the middle stops nothing that it has begun."""

import asyncio
import struct

from bumble.keys import PairingKeys

from poise.twin.radio.irq import EVENT_IRQ, IRQ_SET_SECRET, Interrupts
from poise.twin.radio.keys import FirmwareKeys
from tests.conftest import WITHIN_S

PEER = "F0:F1:F2:F3:F4:F5/P"


class SlowVm:
    """A VM that answers each interrupt when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []  # interrupt, token
        self.irqs = Interrupts(self)
        self.irqs.on = True

    def register(self, op: int, handler: object) -> None:
        """No operation is called here."""

    def post(self, code: int, payload: bytes) -> None:
        """An interrupt comes."""
        assert code == EVENT_IRQ
        irq, token = struct.unpack_from("<BH", payload)
        self.asked.append((irq, token))

    def meet(self, on: bool) -> None:
        """No radio starts here."""

    async def answer(self, result: bytes) -> int:
        """The interrupt that has waited longest is answered; which it was."""
        while not self.asked:
            await asyncio.sleep(0)
        irq, token = self.asked.pop(0)
        self.irqs.on_result(struct.pack("<H", token) + result)
        return irq


async def test_both_secrets_are_kept_though_the_host_hangs_up():
    vm = SlowVm()
    keys = FirmwareKeys(vm.irqs, hang=lambda: None)
    keeping = asyncio.create_task(
        keys.update(PEER, PairingKeys(ltk=PairingKeys.Key(value=bytes(16))))
    )
    while not vm.asked:
        await asyncio.sleep(0)
    keeping.cancel()
    async with asyncio.timeout(WITHIN_S):
        assert [await vm.answer(b"\1") for _ in range(2)] == 2 * [IRQ_SET_SECRET]
