"""Benchmark of the log's download, beside the capacity of its lines: USB at 921,600 baud, the radio's raw
notifications."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bleak import BleakClient, BleakScanner

from poise.clip.client import ClipClient
from poise.clip.line_rate import BAUDS, fast_line
from poise.clip.transport.base import Transport
from poise.clip.transport.ble import BleTransport
from poise.clip.transport.bumble.backend import BumbleClient, BumbleScanner
from poise.clip.transport.bumble.host import close_hosts
from poise.clip.transport.serial import SerialTransport
from poise.demo.hosts import let_host_in
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.twin.chips.flash_fill import fill
from poise.twin.machine.vm import find_vm
from poise.twin.process import TwinProcess
from poise.wear.bring_in import BringIn
from poise.wire import framing

from .table import Row

LOG_BYTES = 500_000
BAUD = BAUDS[0]
MONTH_BYTES = 1_400_000  # 28 days of 16 h: what the clip's flash holds
LINE_B_S = BAUD / 10  # start, eight bits, stop
RAW_COUNT, RAW_BYTES = 4000, 244  # of bench/radio_vm/main.py
START, BULK = (f"0000{number}-0000-1000-8000-00805f9b34fb" for number in ("fff1", "fff2"))
TURNS = 3
# A full packet, its acknowledgement and the gaps between at 2 Mbit/s (ESP32-C3, S3): Core 5.4 Vol 6 Part B 2.1 and
# 4.1 (2 + 4 + 2 + 251 + 3 bytes there, 11 back, 150 us after each).
SLOT_MS = (262 + 11) * 8 / 2000 + 0.3


def rows() -> list[Row]:
    """Measure USB, then Bluetooth and its radio in turns, since a machine's rates vary."""
    with tempfile.TemporaryDirectory(prefix="poise-bench-") as name:
        return asyncio.run(_rows(Path(name)))


async def _rows(folder: Path) -> list[Row]:
    usb, on_line = await _log_rate(folder / "usb", usb=True)
    month = await _month(folder / "month")
    return [
        Row(
            f"log over USB at {BAUD:,} baud, acknowledged",
            f"{usb / 1000:.1f} kB/s of records, {on_line / 1000:.1f} kB/s with frames",
            f"the line {LINE_B_S / 1000:.1f} kB/s",
            usb / LINE_B_S,
            "≥ 0.9",
        ),
        Row(
            f"a month's log of {MONTH_BYTES / 1e6:.1f} MB over USB into the store",
            f"{month:.1f} s",
            "20 s",
            month / 20,
            "≤ 1",
        ),
        await _radio(folder / "paced", "at the pace of 2 Mbit/s", SLOT_MS, "≥ 0.7"),
        await _radio(folder / "free", "at the machine's own pace", 0.0),
    ]


async def _radio(folder: Path, what: str, slot_ms: float, goal: str = "") -> Row:
    raws, logs = [], []
    for turn in range(TURNS):
        raws.append(await _raw_rate(folder / f"raw{turn}", slot_ms))
        logs.append((await _log_rate(folder / f"log{turn}", slot_ms=slot_ms))[0])
    raw, log = max(raws), max(logs)
    return Row(
        f"log over BLE {what}, acknowledged, best of {TURNS}",
        f"{log / 1000:.0f} kB/s",
        f"raw virtual radio {raw / 1000:.0f} kB/s",
        log / raw,
        goal,
    )


async def _month(folder: Path) -> float:
    """Return the seconds of a month's log over a line that takes its rate's time, with the change of the rate."""
    fill(find_vm(64), folder / "flash.bin", MONTH_BYTES)
    async with TwinProcess(folder, scenario="still", speed=1, paced=True, compiled=True) as twin:
        with Store.open(folder / "poise.db") as store:
            start = time.perf_counter()
            client = lambda: ClipClient(SerialTransport(twin.info["usb"]), twin.clock)  # noqa: E731
            await BringIn(store, client, SystemClock()).run()
            return time.perf_counter() - start


async def _log_rate(folder: Path, slot_ms: float = 0, *, usb: bool = False) -> tuple[float, float]:
    """Return bytes of records a second, and bytes with framing, of a first download from a compiled firmware."""
    fill(find_vm(64), folder / "flash.bin", LOG_BYTES)
    async with TwinProcess(folder, scenario="still", speed=1, paced=usb, compiled=True) as twin:
        transport: Transport = BleTransport(hci=twin.info["hci"], keys=twin.bonds)
        if usb:
            transport = _Counted(twin.info["usb"])
        else:
            await let_host_in(twin)
        await twin.command("radio", slot_ms=slot_ms)
        client = ClipClient(transport, twin.clock)
        identity = await client.open()
        batches: list[int] = []
        async with fast_line(client):
            start = time.perf_counter()
            await client.read_log(identity.oldest_seq, lambda raw: batches.append(len(raw)))
            seconds = time.perf_counter() - start
        await client.close()
        await close_hosts()
    framed = transport.framed if isinstance(transport, _Counted) else 0
    return sum(batches) / seconds, framed / seconds


class _Counted(SerialTransport):
    """The cable, and the bytes that came as frames."""

    framed = 0

    def _payload(self, payload: bytes) -> None:
        self.framed += len(framing.encode_frame(payload))
        super()._payload(payload)


async def _raw_rate(folder: Path, slot_ms: float) -> float:
    """Return the bytes a second in notifications that only fill the radio."""
    twin = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.rawtwin", str(folder), str(slot_ms)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert twin.stdin and twin.stdout
    hci = (await twin.stdout.readline()).decode().strip()
    try:
        return await asyncio.wait_for(_received(hci), 60)
    finally:
        await close_hosts()
        twin.stdin.close()
        await twin.wait()


async def _received(hci: str) -> float:
    # A dictionary, because bleak's types of its class methods know no `hci`.
    bumble: dict[str, Any] = {"backend": BumbleScanner, "hci": hci}
    device = await BleakScanner.find_device_by_name("RAW", timeout=10, **bumble)
    assert device is not None
    count = 0
    whole = asyncio.Event()

    def collect(_characteristic: object, _data: bytearray) -> None:
        nonlocal count
        count += 1
        if count == RAW_COUNT:
            whole.set()

    async with BleakClient(device, backend=BumbleClient, hci=hci) as client:
        await client.start_notify(BULK, collect)
        start = time.perf_counter()
        await client.write_gatt_char(START, b"go", response=True)
        await whole.wait()
        return RAW_COUNT * RAW_BYTES / (time.perf_counter() - start)
