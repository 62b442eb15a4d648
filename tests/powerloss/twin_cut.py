"""The whole clip, its power cut in a flash operation while a host follows it over USB; then what the host has, what the
flash holds and what the clip says are compared."""

import asyncio
import contextlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from poise.clip.client import ClipClient
from poise.clip.log_reader import Transfer
from poise.clip.transport.serial import SerialTransport
from poise.errors import PoiseError
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.twin.chips.flash_dump import dump, records_in
from poise.twin.machine.vm import find_vm
from poise.twin.process import TwinProcess
from tests.conftest import WITHIN_S

SPEED = 20
_KEY = "snooze_s"
_USED_RECORDS = 6  # of a clip that has been in use


@dataclass
class Host:
    """A host at the USB port, with a store. `promised`: the setting that the clip confirmed last; `tried`: those
    sent since."""

    port: str
    store: Store
    promised: int | None = None
    tried: list[int] = field(default_factory=list)
    clip_id: str = ""

    async def follow(self) -> None:
        """Takes records as they come and changes a setting again and again, until the clip no longer answers."""
        client = ClipClient(SerialTransport(self.port), SystemClock(), reply_s=1.0)
        try:
            await self._open(client)
            await client.set_time()
            following = asyncio.create_task(
                client.follow_log(self.store.records.next_seq(self.clip_id), self._sink)
            )
            try:
                while not following.done():
                    await self._set(client)
            finally:
                following.cancel()
                with contextlib.suppress(asyncio.CancelledError, PoiseError):
                    await following
        except PoiseError:
            await asyncio.sleep(0.1)
        finally:
            await client.close()

    async def fetch(self, from_seq: int | None) -> tuple[Transfer, dict[str, int]]:
        """The log from a number on, or what is missing; and what the clip says of itself."""
        client = ClipClient(SerialTransport(self.port), SystemClock())
        try:
            identity = await self._open(client)
            start = self.store.records.next_seq(self.clip_id) if from_seq is None else from_seq
            transfer = await client.read_log(start, self._sink)
            setting = await client.request("setting_get", key=_KEY)
            told = {"boot": identity.boot, "oldest_seq": identity.oldest_seq}
            return transfer, {**told, _KEY: setting["value"]}
        finally:
            await client.close()

    async def _open(self, client: ClipClient):
        identity = await client.open()
        self.clip_id = identity.clip_id
        return identity

    async def _set(self, client: ClipClient) -> None:
        value = (self.tried or [self.promised or 0])[-1] + 1
        self.tried.append(value)
        await client.request("setting_set", key=_KEY, value=value)
        self.promised, self.tried = value, []
        await asyncio.sleep(0.05)

    def _sink(self, raw: bytes) -> None:
        self.store.records.import_raw(self.clip_id, raw, "usb", 0)


async def prepare(folder: Path) -> int:
    """A clip that has been in use: `flash.bin` and `host.db` in this new folder; how many records the host has.

    Formatting is not cut.
    """
    async with TwinProcess(folder, scenario="demo", speed=SPEED) as twin:
        with Store.open(folder / "host.db") as store:
            host = Host(twin.info["usb"], store)
            async with asyncio.timeout(WITHIN_S):
                while len(kept := dict(store.records.raws(host.clip_id))) < _USED_RECORDS:
                    await host.fetch(None if kept else 1)
                    await asyncio.sleep(0.1)
            return len(kept)


async def cut_once(prepared: Path, folder: Path, cut_at: tuple[int, ...], shape: str) -> int:
    """One life of the twin with these cuts (see PowerCut); how many records the host has at its end.

    Raises AssertionError or PoiseError for what does not hold.
    """
    _copy(prepared, folder)
    cuts = ",".join(map(str, cut_at))
    with Store.open(folder / "host.db") as store:
        async with TwinProcess(
            folder, scenario="demo", speed=SPEED, cut_at=cuts, cut_shape=shape
        ) as twin:
            host = Host(twin.info["usb"], store)
            async with asyncio.timeout(WITHIN_S):
                await _until_cut(twin, host, len(cut_at))
                before = dict(store.records.raws(host.clip_id)) if host.clip_id else {}
                await _compare(host, folder, before)
        image = folder / "image"
        dump(find_vm(64), folder / "flash.bin", image)
        on_flash = records_in(image)
        kept = dict(store.records.raws(host.clip_id))
        for seq, raw in kept.items():
            assert seq < min(on_flash) or on_flash.get(seq) == raw, f"record {seq} is not on flash"
        return len(kept)


def _copy(prepared: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in ("flash.bin", "host.db"):
        shutil.copy(prepared / name, folder / name)


async def _until_cut(twin: TwinProcess, host: Host, cuts: int) -> None:
    async def follow_on() -> None:
        while True:
            await host.follow()

    following = asyncio.create_task(follow_on())
    while len((await twin.command("stats"))["boots"]) <= cuts and not following.done():
        await asyncio.sleep(0.05)
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following


async def _compare(host: Host, folder: Path, before: dict[int, bytes]) -> None:
    """The clip answers; it still has all that the host was given; its setting is the old or the new one."""
    _, told = await host.fetch(None)
    with Store.open(folder / "again.db") as store:
        again = Host(host.port, store)
        transfer, _ = await again.fetch(0)
        whole = dict(store.records.raws(again.clip_id))
    assert transfer.unexplained == 0, f"{transfer.unexplained} records are gone without a word"
    for seq, raw in before.items():
        assert seq < told["oldest_seq"] or whole.get(seq) == raw, f"record {seq} changed"
    if host.promised is not None:
        allowed = [host.promised, *host.tried]
        assert told[_KEY] in allowed, f"the setting is {told[_KEY]}, not one of {allowed}"
