"""A twin that takes updates: bundles of the firmware with texts replaced, sent to it, and what it tells afterwards."""

import ast
import asyncio
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from poise.build import signed, trust
from poise.build.bundle import slot_files, stage
from poise.clip import update as send
from poise.twin.device import TwinDevice, TwinOptions
from poise.twin.world.scenario import load
from poise.wire import VERSION as NOW
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support.twin_client import client_of, records

SPEED, SENDING_SPEED = 20, 4


async def running(
    folder: Path, key: Ed25519PrivateKey, change: dict[str, tuple[str, str]] | None = None
) -> TwinDevice:
    """A started twin that trusts `key`, with texts of its firmware replaced: path -> (what, by what)."""
    staged = stage("twin", folder / "firmware")
    (staged / "key").write_bytes(trust.first(key).on_clip)
    for path, (old, new) in (change or {}).items():
        text = (staged / path).read_text()
        assert text.count(old) == 1, path
        (staged / path).write_text(text.replace(old, new))
    made = TwinDevice(TwinOptions(folder, staged, vm_or_skip(64), load("still"), speed=SPEED))
    await made.start()
    return made


def bundle(
    key, build: int, change: dict[str, tuple[str, str]] | None = None, board="esp32"
) -> bytes:
    """The firmware's sources with texts replaced: path -> (what, by what). Half as long, without their docstrings."""
    files = slot_files("twin", None)
    for path, (old, new) in (change or {}).items():
        assert files[path].count(old.encode()) == 1, path
        files[path] = files[path].replace(old.encode(), new.encode())
    lean = {path: _lean(source) for path, source in files.items()}
    return signed.make(lean, "0.2.0", build, board, key)


def _lean(source: bytes) -> bytes:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body[0] = ast.Pass()
    return ast.unparse(tree).encode()


NEXT = "99.0.0"
VERSION = {"wire/__init__.py": (f'VERSION = "{NOW}"', f'VERSION = "{NEXT}"')}


async def updated(
    device: TwinDevice, data: bytes, tell: Callable[[int, int], None] = lambda _there, _total: None
) -> None:
    client = await client_of(device)
    client.reply_s = send.REPLY_S
    # The host lives in real time: at 20 a busy machine's pauses would be an update of more than 15 minutes.
    device.clock.set_speed(SENDING_SPEED)
    try:
        await send.send(client, data, tell)
    finally:
        device.clock.set_speed(SPEED)
        await client.close()


async def told(device: TwinDevice) -> tuple[str, str, list[str]]:
    """(firmware, slot, what the log says of updates)."""
    client = await client_of(device)
    assert client.identity
    results = [f"{one['result']} {one['slot']}" for one in await records(client, "update")]
    slot = (await client.status())["slot"]
    await client.close()
    return client.identity.firmware, slot, results


async def boots(device: TwinDevice, count: int) -> None:
    async with asyncio.timeout(WITHIN_S):
        while len(device.boots) < count:
            await asyncio.sleep(0.05)
