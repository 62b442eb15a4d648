"""`poise flash` on the twin: from the running firmware over its prompt to new files and a clip that comes up again."""

import asyncio
import sys

import pytest

from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError, Reason
from poise.twin.process import TwinProcess
from tests.conftest import WITHIN_S, vm_or_skip

pytestmark = pytest.mark.system


async def boot_number(twin: TwinProcess) -> int:
    """What a clip answers that may be about to start."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            client = ClipClient(SerialTransport(twin.info["usb"]), twin.clock)
            try:
                return (await client.open()).boot
            except PoiseError as error:
                assert error.reason in (Reason.TIMEOUT, Reason.LINK_LOST), error
            finally:
                await client.close()


async def flash(twin: TwinProcess) -> tuple[int, str]:
    command = (
        "-m",
        "poise",
        "flash",
        "firmware",
        "--port",
        twin.info["usb"],
        "--board",
        "twin",
        "--json",
    )
    done = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(done.communicate(), WITHIN_S)
    return done.returncode or 0, said.decode()


async def test_flashed_clip_comes_up_again(tmp_path):
    vm_or_skip(64)
    async with TwinProcess(tmp_path, scenario="still", speed=5) as twin:
        before = await boot_number(twin)
        status, said = await flash(twin)
        assert status == 0, said
        assert await boot_number(twin) == before + 1
        assert not (tmp_path / "firmware/app/clip.py").exists()
        assert (tmp_path / "firmware/a/app/clip.mpy").exists()
        status, said = await flash(twin)
        assert status == 0 and '"written": []' in said, said
