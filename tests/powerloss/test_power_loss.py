"""Power fails at every flash operation of a short story on the real littlefs; what is promised must hold."""

import pytest

from tests.conftest import vm_or_skip

from .vm_script import ScriptFailed, counts_of, run_script

SHAPES = "nothing,first,half,all_but_one,whole,noise"
GEOMETRIES = ("small", "esp32", "page")


@pytest.mark.vm
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_cut_at_every_operation(geometry):
    shapes = SHAPES if geometry == "esp32" else "nothing,half,noise"
    counts = counts_of(vm_or_skip(64), "explore.py", geometry=geometry, shapes=shapes)
    assert counts["operations"] > 100
    assert counts["cuts"] == counts["operations"] * len(shapes.split(","))
    assert counts["erases"] > 10
    assert counts["oldest_seq"] > 1  # the log has wrapped


@pytest.mark.vm
def test_cut_in_the_start_after_a_cut():
    counts = counts_of(
        vm_or_skip(64), "explore.py", geometry="esp32", shapes="one", step=1, second=1
    )
    assert counts["second_cuts"] == counts["operations"]


@pytest.mark.vm32
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_cuts_on_32_bits(geometry):
    counts = counts_of(
        vm_or_skip(32), "explore.py", geometry=geometry, shapes="one", step=3, second=3
    )
    assert counts["cuts"] > 30


@pytest.mark.vm
def test_random_stories():
    for seed in range(1, 9):
        counts_of(
            vm_or_skip(64), "explore.py", story="random", seed=seed, shapes="one", step=4, second=2
        )


@pytest.mark.vm
@pytest.mark.parametrize("geometry", ("small", "esp32"))
def test_a_changed_bit_is_caught(geometry):
    counts = counts_of(vm_or_skip(64), "flip.py", geometry)
    assert counts["flips"] > 80
    assert counts["at_start"] > 10
    assert counts["at_start"] + counts["by_reader"] == counts["flips"]


@pytest.mark.vm
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("no_flush", "is missing"),
        ("promise_early", "nothing that sync returned for is missing"),
        ("remove_first", "settings and bonds are the old or the new ones"),
        ("forget_bonds", "settings and bonds are the old or the new ones"),
        ("number_again", "nothing that sync returned for is missing"),
    ],
)
def test_a_fault_is_found(fault, told):
    """The search itself: a storage with a fault does not pass it, and the failure names seed and cut."""
    with pytest.raises(ScriptFailed) as failure:
        run_script(vm_or_skip(64), "explore.py", geometry="small", sabotage=fault)
    assert "Broken: " in str(failure.value)
    assert told in str(failure.value)
    assert "seed 1, small, cut (" in str(failure.value)


def test_full_flash(vm):
    assert run_script(vm, "full_flash.py").splitlines()[-1] == "full flash ok"


def test_a_host_that_returns_finds_every_record(vm):
    assert run_script(vm, "host_returns.py").splitlines()[-1] == "host returns ok"


def test_a_timetable_is_the_old_or_the_new_one(vm):
    *_, last = run_script(vm, "timetable_cut.py").splitlines()
    assert last.startswith("timetable cut ok") and int(last.split()[-1]) > 30, last


def test_a_clip_is_wiped_whole_or_not_at_all(vm):
    *_, last = run_script(vm, "wipe_cut.py").splitlines()
    assert last.startswith("wipe cut ok") and int(last.split()[-1]) > 60, last


def test_a_letter_is_the_old_or_the_new_one(vm):
    *_, last = run_script(vm, "letter_cut.py").splitlines()
    assert last.startswith("letter cut ok"), last
    cuts, blocks, most = (int(word) for word in last.split() if word.isdigit())
    assert cuts > 30 and blocks <= 10 and most <= 16, last
