"""The judging of a clip's figures, the signed text of it, and the label."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from poise.errors import PoiseError, Reason
from poise.flash.label import label
from poise.flash.report import Bench, bench_key, checked, signed, text
from poise.flash.self_test import LIMITS, Measured, judged

GOOD = (
    "0 lsm6dsox 1012 310 120 8",
    "1 45",
    "2 509 412 180",
    "3 1",
    "4 300 17000",
    "5 3900",
    "6 1",
)
CLIP_ID = "022a5efffec11901"
BENCH = Bench(CLIP_ID, "ESP32", "1.28.0", "0.1.0", "2026-11-30 09:00 UTC")


def with_row(row: str) -> Measured:
    return judged([row if each[0] == row[0] else each for each in GOOD])


def test_a_good_clip_passes():
    tested = judged(GOOD)
    assert (tested.passed, tested.sensor, len(tested.figures)) == (True, "lsm6dsox", len(LIMITS))


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ("0 lsm6dsox 880 310 120 8", ["gravity"]),
        ("0 lsm6dsox 1101 310 120 8", ["gravity"]),
        ("0 lsm6dsox 1000 4 120 8", ["acceleration noise"]),  # stuck
        ("0 lsm6dsox 1000 1300 120 8", ["acceleration noise"]),
        ("0 lsm6dsox 1000 300 2001 51", ["rate offset", "rate noise"]),
        ("0 ! 104", ["gravity", "acceleration noise", "rate offset", "rate noise"]),
        ("1 500", ["filter, a sample"]),
        ("2 509 59 180", ["free blocks of files"]),
        ("2 ! 5", ["flash, 16 kB there and back", "free blocks of files"]),
        ("3 0", ["radio on"]),
        ("4 300 900", ["shaking by the motor"]),  # no more than the table's own noise
        ("5 2400", ["battery"]),
        ("6 0", ["button released"]),
    ],
)
def test_what_is_outside_is_named_with_its_cure(row: str, names: list[str]):
    tested = with_row(row)
    assert [each.limit.name for each in tested.failures] == names
    assert all(each.limit.cure.endswith(".") for each in tested.failures)
    assert not tested.passed


@pytest.mark.parametrize(
    "lines", [[], ["Traceback"], ["0 x"], [*GOOD[:-1]], [*GOOD[:-1], "6 x"], [*GOOD, "7 1"]]
)
def test_anything_but_the_rows_is_an_error(lines: list[str]):
    with pytest.raises(PoiseError) as caught:
        judged(lines)
    assert caught.value.reason is Reason.FLASH_FAILED


def test_the_text_says_every_figure_and_who_has_signed_it(tmp_path: Path):
    key = bench_key(tmp_path)
    whole = signed(text(BENCH, with_row("4 300 900")), key)
    assert whole.splitlines()[0] == f"Poise self-test of clip {CLIP_ID}"
    assert "FAIL  shaking by the motor" in whole and "(at least 30)" in whole
    assert "result: FAILED" in whole
    assert len(re.findall(r"^(pass|FAIL)  ", whole, re.MULTILINE)) == len(LIMITS)
    assert checked(whole) == key.public_key().public_bytes_raw().hex()
    assert bench_key(tmp_path).private_bytes_raw() == key.private_bytes_raw()
    assert (tmp_path / "keys/bench").stat().st_mode & 0o77 == 0


@pytest.mark.parametrize(
    ("old", "new"), [("FAIL", "pass"), ("result: FAILED", "result: passed"), ("key ", "key 00"),
                     ("-- \n", ""), ("signature ", "signature zz"), (CLIP_ID, CLIP_ID[::-1])]
)  # fmt: skip
def test_a_changed_text_is_not_taken(old: str, new: str, tmp_path: Path):
    whole = signed(text(BENCH, with_row("4 300 900")), bench_key(tmp_path))
    with pytest.raises(PoiseError) as caught:
        checked(whole.replace(old, new, 1))
    assert caught.value.reason is Reason.BAD_INPUT


def test_a_text_of_another_bench_has_another_key(tmp_path: Path):
    body = text(replace(BENCH, at="later"), judged(GOOD))
    keys = {checked(signed(body, bench_key(tmp_path / name))) for name in "ab"}
    assert len(keys) == 2


def test_the_labels_code_is_the_clips_id(tmp_path: Path):
    import zxingcpp
    from PIL import Image, ImageDraw

    svg = label(CLIP_ID)
    assert "Poise 1901" in svg and CLIP_ID[:8] in svg
    squares = [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1", svg)]
    side = max(max(square) for square in squares) + 1
    width = (side + 8) * 8
    picture = Image.new("L", (width, width), 255)
    draw = ImageDraw.Draw(picture)
    for x, y in squares:
        draw.rectangle(((x + 4) * 8, (y + 4) * 8, (x + 5) * 8 - 1, (y + 5) * 8 - 1), fill=0)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [CLIP_ID]
