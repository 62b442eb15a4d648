"""What a clip on a cable does: it answers, keeps settings, logs, measures gravity, and survives its prompt.

`make test-hil PORT=...` runs this on a real board. It erases nothing, and restarts the clip a few times.
"""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from poise import __version__
from poise.clip.client import ClipClient
from poise.replay.load import load
from tests.conftest import WITHIN_S
from tests.support.command import environment

from .conftest import Clip

HEAP_BYTES = 112 * 1024  # start.py's budget
G_M_S2 = 9.80665


def poise(clip: Clip, folder: Path, *words: str, code: str | None = None) -> str:
    """Return what a command prints that needs the clip's port."""
    done = subprocess.run(
        [sys.executable, "-m", "poise", words[0], *words[1:], "--port", clip.port],
        input=code,
        stdin=None if code is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        env=environment(folder / "data"),
    )
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_it_answers_and_is_well(clip: Clip):
    identity, status = clip.identity(), clip.status()
    assert identity.firmware == __version__
    assert status["imu"] != "none"
    assert status["heap_used_bytes"] < HEAP_BYTES or clip.is_twin  # a 64-bit heap is twice as large
    assert status["system_block_bytes"] > 0


def test_its_log_is_whole(clip: Clip):
    async def mark(client: ClipClient) -> None:
        await client.request("buzz", pattern="find_me", reminder_id=0)

    clip.ask(mark)
    found = clip.records()
    numbers = [record["seq"] for record in found]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert any(record["kind"] == "boot" for record in found)


def test_a_setting_is_kept_over_a_restart(clip: Clip, tmp_path: Path):
    async def read(client: ClipClient) -> int:
        return (await client.request("setting_get", key="snooze_s"))["value"]

    before = clip.ask(read)
    wanted = before + 60 if before < 600 else before - 60

    def write(value: int) -> None:
        async def put(client: ClipClient) -> None:
            await client.request("setting_set", key="snooze_s", value=value)

        clip.ask(put)

    write(wanted)
    try:
        assert "7" in poise(clip, tmp_path, "shell", "--run", "print(3 + 4)").splitlines()
        assert clip.ask(read) == wanted
    finally:
        write(before)


def test_a_shell_leaves_it_running(clip: Clip, tmp_path: Path):
    before = clip.identity()
    assert "NameError" in poise(clip, tmp_path, "shell", code="print('here')\nnowhere\n")
    after = clip.identity()
    assert after.boot == before.boot + 1
    boots = [each for each in clip.records(before.next_seq) if each["kind"] == "boot"]
    assert [each["cause"] for each in boots] == ["reset"]


def test_a_conversation_ends_by_its_key_and_by_a_closed_terminal(clip: Clip, tmp_path: Path):
    before = clip.identity().boot
    for turn, end in enumerate((b"\x1d", None), start=1):
        process, ours = in_terminal(tmp_path, "shell", "--port", clip.port)
        heard = until(ours, b">>> ")
        assert b"Ctrl-]" in heard
        os.write(ours, b"print(6 * 7)\r")
        until(ours, b"42")
        if end:
            os.write(ours, end)
        else:
            process.send_signal(signal.SIGHUP)
        assert process.wait(WITHIN_S) == (0 if end else 128 + signal.SIGHUP)
        os.close(ours)
        assert clip.identity().boot == before + turn


def in_terminal(folder: Path, *words: str) -> tuple["subprocess.Popen[bytes]", int]:
    """Start a command in a terminal of its own, and return it with our end of the terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "poise", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=environment(folder / "data"),
    )
    os.close(theirs)
    return process, ours


def until(fd: int, wanted: bytes) -> bytes:
    """Return what comes until this has come."""
    heard, end_s = b"", time.monotonic() + WITHIN_S / 3
    while wanted not in heard:
        assert select.select([fd], [], [], end_s - time.monotonic())[0], heard
        heard += os.read(fd, 1024)
    return heard


def test_a_trace_holds_gravity_at_the_sensors_rate_and_is_replayed(clip: Clip, tmp_path: Path):
    boot, out = clip.identity().boot, tmp_path / "t.npz"
    told = poise(clip, tmp_path, "trace", "record", "--seconds", "2", "--out", str(out))
    assert "samples of the" in told, told
    assert clip.identity().boot == boot + 1
    trace = load(out)
    assert trace.burst_samples is not None and trace.burst_samples.sum() == len(trace)
    lengths_g = np.linalg.norm(trace.acc_m_s2, axis=1) / G_M_S2
    assert abs(np.median(lengths_g) - 1) < 0.1
    assert abs(len(trace) / trace.duration_s / trace.rate_hz - 1) < 0.05
    assert np.abs(np.median(trace.gyr_rad_s, axis=0)).max() < np.radians(20)
    done = subprocess.run(
        [sys.executable, "-m", "poise", "replay", str(out), "--json"],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        env=environment(tmp_path / "data"),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


def test_an_interrupted_recording_is_kept_and_the_clip_runs(clip: Clip, tmp_path: Path):
    boot, out = clip.identity().boot, tmp_path / "t.npz"
    words = ("trace", "record", "--seconds", "600", "--out", str(out), "--port", clip.port)
    process, ours = in_terminal(tmp_path, *words)
    until(ours, b" s of 600 s")
    process.send_signal(signal.SIGINT)
    until(ours, b"The clip restarts.")
    assert process.wait(WITHIN_S) == 0
    os.close(ours)
    assert clip.identity().boot == boot + 1
    assert load(out).duration_s < 600
