"""Benchmark of the whole chain: event latency over the virtual radio, the log's download over USB, the clip's heap."""

import asyncio
import os
import pty
import tempfile
import threading
import time
import tty
from pathlib import Path
from typing import Any

from poise.clip.client import ClipClient
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.serial import SerialTransport
from poise.demo.hosts import let_host_in
from poise.store import Store
from poise.twin.process import TwinProcess
from poise.wire import codec

from .table import Row, percentile

PRESSES = 60
RECORDS = 500
_RAW_BYTES = 2_000_000


def rows() -> list[Row]:
    """Return all rows of this module, from one twin after the other."""
    with tempfile.TemporaryDirectory(prefix="poise-bench-") as name:
        folder = Path(name)
        return [
            *asyncio.run(_latency(folder / "latency")),
            *asyncio.run(_download(folder / "download")),
            *asyncio.run(_heap(folder / "heap")),
        ]


async def _latency(folder: Path) -> list[Row]:
    """Measure button presses: from the clip's time stamp of the record to its commit in the host's store."""
    lags_ms: list[float] = []
    async with TwinProcess(folder, scenario="still", speed=1) as twin:
        boot_us = (await twin.command("stats"))["boots"][0]["at_us"]
        await let_host_in(twin)
        client = ClipClient(BleTransport(hci=twin.info["hci"], keys=twin.bonds), twin.clock)
        identity = await client.open()
        with Store.open(folder / "poise.db") as store:

            def sink(raw: bytes) -> None:
                store.records.import_raw(identity.clip_id, raw, "ble", twin.clock.utc_ms())
                now_ms = (twin.clock.now_us() - boot_us) / 1000
                at = 0
                while at < len(raw):
                    record, at = codec.parse_record(raw, at)
                    if record["kind"] == "button":
                        lags_ms.append(now_ms - record["t_ms"])

            following = asyncio.ensure_future(client.follow_log(identity.next_seq, sink))
            await asyncio.sleep(8)  # beyond the scenario's own press
            lags_ms.clear()
            for _ in range(PRESSES):
                await twin.command("button", press_ms=60)
                await asyncio.sleep(0.6)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        await client.close()
    text = f"p50 {percentile(lags_ms, 0.5):.0f} ms, p99 {percentile(lags_ms, 0.99):.0f} ms"
    return [
        Row(
            "event on the clip to the host's store, virtual radio",
            text,
            f"{len(lags_ms)} events",
            None,
            "p99 < 100 ms",
        )
    ]


async def _download(folder: Path) -> list[Row]:
    """Measure the download of a filled log over the twin's USB, beside a pty that only carries bytes."""
    async with TwinProcess(folder, scenario="still", speed=1) as twin:
        client = ClipClient(SerialTransport(twin.info["usb"]), twin.clock)
        identity = await client.open()
        for number in range(RECORDS):  # each becomes a record
            await client.request("setting_set", key="plan_version", value=number)
        received = 0

        def sink(raw: bytes) -> None:
            nonlocal received
            received += len(raw)

        start = time.perf_counter()
        await client.read_log(identity.oldest_seq, sink)
        rate = received / (time.perf_counter() - start)
        await client.close()
    raw = await asyncio.to_thread(_pty_rate)
    line = 921_600 / 10
    return [
        Row(
            "log over USB, unpaced",
            f"{rate / 1000:.0f} kB/s",
            f"bare pty {raw / 1000:.0f} kB/s",
            rate / raw,
        ),
        Row(
            "the same beside the line",
            f"{rate / 1000:.0f} kB/s",
            f"921,600 baud {line / 1000:.0f} kB/s",
            rate / line,
            "≥ 0.9",
        ),
    ]


def _pty_rate() -> float:
    """Return the bytes a second through a pty, in the chunks of a frame, with one thread a side."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    chunk = bytes(500)

    def write() -> None:
        for _ in range(_RAW_BYTES // len(chunk)):
            os.write(slave, chunk)

    start = time.perf_counter()
    thread = threading.Thread(target=write)
    thread.start()
    received = 0
    while received < _RAW_BYTES:
        received += len(os.read(master, 4096))
    thread.join()
    os.close(master)
    os.close(slave)
    return received / (time.perf_counter() - start)


async def _heap(folder: Path) -> list[Row]:
    """Measure the heap in use after a simulated hour on the 32-bit VM, compiled as for the clip."""
    heap = 256 * 1024
    async with TwinProcess(
        folder, scenario="hour", speed="inf", vm=32, heap="256k", compiled=True
    ) as twin:
        start = time.perf_counter()
        while (await twin.command("stats"))["now_us"] < 3_600_000_000:
            await asyncio.sleep(0.2)
        wall_s = time.perf_counter() - start
        status = await _status(twin)
    used = heap - status["heap_free_bytes"]
    return [
        Row(
            "heap in use after an hour, 32-bit VM",
            f"{used / 1024:.0f} KiB",
            "with the twin's board, about 17 KiB",
            None,
            "≤ 110 KiB without it",
        ),
        Row(
            "an hour on the twin",
            f"{wall_s:.1f} s",
            f"a 16 h day: {wall_s * 16 / 60:.1f} min",
            None,
            "≤ 2 min a day",
        ),
    ]


async def _status(twin: TwinProcess) -> dict[str, Any]:
    client = ClipClient(SerialTransport(twin.info["usb"]), twin.clock)
    await client.open()
    try:
        return await client.status()
    finally:
        await client.close()
