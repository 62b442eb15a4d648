"""What is kept over a restart: the time, what is stated of it, and the ESP32's calls; the nudges and the snooze."""

import ast
import os
import struct
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from system.rtc import KEPT, OSCILLATOR_PPM, READ_MS, RESTART_MS, kept_time

from poise.timebase.clock import END_UTC_MS, FIRST_UTC_MS
from tests.conftest import WITHIN_S
from tests.firmware.conftest import LOSS, SCRIPTS
from tests.support.firmware_path import FIRMWARE, WIRE

UTC = 1_790_000_000_000
HOUR_MS = 3_600_000


def memory(t_ms: int, unsure_ms: int = 50) -> bytes:
    return struct.pack(KEPT, UTC, t_ms, unsure_ms)


def test_a_restart_that_was_asked_for_costs_little():
    found = kept_time((UTC + 5 * HOUR_MS, memory(HOUR_MS)), "reset")
    by_oscillator = RESTART_MS * OSCILLATOR_PPM // 1_000_000
    assert found == (UTC + 5 * HOUR_MS, 50 + READ_MS + 1800 + by_oscillator)


@pytest.mark.parametrize("cause", ["panic", "watchdog"])
def test_one_that_was_not_has_all_of_the_start_before(cause: str):
    found = kept_time((UTC + 60_000, memory(120_000)), cause)
    assert found == (UTC + 60_000, 50 + READ_MS + 6 + 180_000 * OSCILLATOR_PPM // 1_000_000)
    assert kept_time((UTC + HOUR_MS, memory(HOUR_MS)), cause) is None


def test_sleep_is_the_oscillators():
    found = kept_time((UTC + 600_000, memory(HOUR_MS)), "wake")
    assert found == (UTC + 600_000, 50 + READ_MS + 60 + 30_000)
    assert kept_time((UTC + 24 * HOUR_MS, memory(HOUR_MS)), "wake") is None


@pytest.mark.parametrize("cause", ["power_on", "unknown"])
def test_a_start_after_a_loss_of_power_has_none(cause: str):
    assert kept_time((UTC, memory(0)), cause) is None


@pytest.mark.parametrize(
    "found", [None, (UTC, b""), (UTC, b"short"), (UTC - 1, memory(0)), (UTC, memory(0, 65_500))]
)
def test_what_cannot_be_or_cannot_be_stated_is_none(found):
    assert kept_time(found, "reset") is None


def test_the_boards_and_the_restart_agree_on_what_is_kept():
    source = (FIRMWARE / "boards/board.py").read_text(encoding="utf-8")
    assert f'pack("{KEPT}", utc_ms, t_ms, uncertainty_ms)' in source


def test_both_ends_refuse_the_same_times():
    tree = ast.parse((FIRMWARE / "app/requests.py").read_text(encoding="utf-8"))
    told = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in ("_FIRST_HOUR", "_END_HOUR")
    }
    assert told == {"_FIRST_HOUR": FIRST_UTC_MS / HOUR_MS, "_END_HOUR": END_UTC_MS / HOUR_MS}


def test_the_esp32_keeps_it(vm):

    script = SCRIPTS / "kept_time.py"
    path = f"{FIRMWARE / 'boards' / 'esp32'}:{FIRMWARE / 'boards'}:{FIRMWARE}:.frozen"
    done = subprocess.run(
        [*vm.argv, str(script)],
        env={**os.environ, "MICROPYPATH": path, "TZ": "UTC"},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [
        "None",
        "[2024, 2, 29] [12, 34, 56, 512000] 1709210096000",
        "True",
        "[2026, 9, 21] [14, 13, 20, 0] 1790000000000",
        "True",
        "[2037, 12, 31] [23, 59, 59, 999000] 2145916799000",
        "True",
        "True 18",
        "panic",
        "reset",
        "b'r' True",
        "reset",
    ]


# --- the nudges of the last day and the snooze


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    """Gives each life of clip_vm/nudges_kept.py: name -> lists of the seconds at which it was nudged; once a VM."""
    found: dict[str, dict[str, list[list[int]]]] = {}

    def lived(vm) -> dict[str, list[list[int]]]:
        if str(vm.argv) not in found:
            found[str(vm.argv)] = _lived(vm, tmp_path_factory.mktemp("wire"))
        return found[str(vm.argv)]

    return lived


def _lived(vm, folder: Path) -> dict[str, list[list[int]]]:
    (folder / "wire").symlink_to(WIRE, target_is_directory=True)
    path = f"{SCRIPTS}:{LOSS}:{FIRMWARE}:{folder}:.frozen"
    done = subprocess.run(
        [*vm.argv, "-X", "heapsize=8M", str(SCRIPTS / "nudges_kept.py")],
        env={**os.environ, "MICROPYPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, list[list[int]]] = {}
    for line in done.stdout.splitlines():
        name, _, nudges = line.partition(" [")
        told.setdefault(name, []).append(ast.literal_eval("[" + nudges))
    return told


@pytest.mark.parametrize("cause", ["power_on", "reset", "panic", "watchdog", "wake"])
def test_a_snooze_outlives_every_restart(vm, lives, cause: str):
    """Pressed at 100 s, restarts at 115 s and 2,116 s: no nudge before 3,700 s, and one soon after."""
    (nudges,) = lives(vm)["snooze " + cause]
    (first, *_) = [at for at in nudges if at > 100]
    assert 3_700 <= first < 3_700 + 120


def test_a_day_of_restarts_has_no_nudge_more(vm, lives):
    """While power comes and goes each 45 minutes, its last seconds unknown."""
    (nudges,) = lives(vm)["budget"]
    assert len(nudges) == 10
    assert all(b - a >= 1200 for a, b in pairwise(nudges))
    assert all(d - a >= 3600 for a, d in zip(nudges, nudges[3:], strict=False))


def test_what_the_clip_was_off_counts_once_a_host_gives_the_time(vm, lives):
    (nudges,) = lives(vm)["told later"]
    told_at_s = 160 + 7200 + 600
    (first, *_) = [at for at in nudges if at > 100]
    assert told_at_s <= first <= told_at_s + 10


def test_what_was_pressed_since_does_not_age_with_it(vm, lives):
    (nudges,) = lives(vm)["pressed before it was told"]
    pressed_at_s = 5000 + 80_000 + 200
    # None before the press: no time is known to have passed.
    (first, *_) = [at for at in nudges if at > 5000]
    assert pressed_at_s + 3600 <= first <= pressed_at_s + 3600 + 120


def test_a_press_in_safe_mode_or_an_update_snoozes_the_next_start(vm, lives):
    (nudges,) = lives(vm)["standby"]
    assert 50 + 3600 <= nudges[0] < 50 + 3600 + 120


def test_a_damaged_file_is_as_none(vm, lives):
    (nudges,) = lives(vm)["damaged"]
    assert nudges
