"""The twin's USB cable: the user's end stays while the clip restarts."""

import asyncio
import contextlib
import os
import select
from collections.abc import AsyncIterator
from typing import cast

import pytest

from poise.twin.chips.usb import UsbCable
from poise.twin.machine.hub import Hub
from tests.conftest import WITHIN_S

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pty")


@pytest.fixture
async def cable() -> AsyncIterator[UsbCable]:
    made = UsbCable(cast(Hub, None), lambda: None, lambda: None, baud=0)  # without a rate, no hub
    made.start()
    yield made
    made.stop()


def written(cable: UsbCable, data: bytes) -> None:
    """Write as the VM does, and wait until the system has carried it through the terminal. The loop does not turn."""
    assert cable.vm_fd is not None and cable._vm is not None
    os.write(cable.vm_fd, data)
    assert select.select([cable._vm], [], [], WITHIN_S)[0]


async def test_what_the_clip_wrote_before_it_restarts_comes(cable: UsbCable) -> None:
    """The reply to `wipe` is the last before a restart. The loop may not have looked since."""
    user = os.open(cable.port, os.O_RDWR | os.O_NOCTTY)
    os.set_blocking(user, False)
    try:
        for word in (b"the last reply, ", b"the first"):
            cable.plug_in()
            written(cable, word)
        cable.unplug()
        heard = b""
        async with asyncio.timeout(WITHIN_S):
            while len(heard) < 25:
                await asyncio.sleep(0.001)
                with contextlib.suppress(BlockingIOError):
                    heard += os.read(user, 100)
        assert heard == b"the last reply, the first"
    finally:
        os.close(user)
