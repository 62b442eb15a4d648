"""Benchmark of `poise wear`: resident memory and processor time, beside a bare Python that has imported bleak."""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

from poise.clip.transport.bumble.host import close_hosts
from poise.demo.hosts import let_host_in
from poise.store import Store
from poise.twin.process import TwinProcess

from .table import Row

_BARE = "import bleak, sys; print(flush=True); sys.stdin.read()"
_SETTLE_S, _WATCH_S = 12.0, 20.0


def rows() -> list[Row]:
    """Return the rows, on Linux only: the figures come from /proc."""
    if not Path("/proc/self/status").exists():
        return []
    with tempfile.TemporaryDirectory(prefix="poise-bench-") as name:
        return asyncio.run(_rows(Path(name)))


async def _rows(folder: Path) -> list[Row]:
    bare = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _BARE, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert bare.stdout is not None
    await bare.stdout.readline()
    yardstick = _rss_mb(bare.pid)
    await bare.communicate(b"")
    idle_mb, idle_cpu = await _watch(folder / "idle", ())
    async with TwinProcess(folder / "clip", scenario="still", speed=1) as twin:
        await let_host_in(twin)
        await close_hosts()
        near_mb, near_cpu = await _watch(folder / "near", ("--twin", str(twin.folder)))
    beside = f"Python with bleak {yardstick:.0f} MB"
    return [
        Row("`poise wear`, looking for a clip without an adapter", f"{idle_mb:.0f} MB, {idle_cpu:.1f} % of a core",
            beside, idle_mb / yardstick),
        Row("`poise wear`, connected (Bumble in the process)", f"{near_mb:.0f} MB, {near_cpu:.1f} % of a core",
            beside, near_mb / yardstick),
    ]  # fmt: skip


async def _watch(data: Path, twin: tuple[str, ...]) -> tuple[float, float]:
    """Return (MB, percent of a core) after `poise wear` has settled."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("POISE_")}
    Store.open(
        data / "poise.db"
    ).close()  # makes the schema beforehand, since the library for that is not needed again
    nowhere = "unix:path=/nonexistent/bus"
    runner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "poise", "--data", str(data), *twin),
        *("wear", "--service", "--no-dashboard"),
        env={**kept, "DBUS_SESSION_BUS_ADDRESS": nowhere, "DBUS_SYSTEM_BUS_ADDRESS": nowhere},
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await asyncio.sleep(_SETTLE_S)
        before = _cpu_s(runner.pid)
        await asyncio.sleep(_WATCH_S)
        return _rss_mb(runner.pid), (_cpu_s(runner.pid) - before) / _WATCH_S * 100
    finally:
        runner.terminate()
        await runner.wait()


def _rss_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def _cpu_s(pid: int) -> float:
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
