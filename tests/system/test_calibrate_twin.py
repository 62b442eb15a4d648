"""The wearer's upright from the command line, over the virtual radio: pose and nods, refused and taken."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from poise.demo.hosts import let_host_in
from poise.twin.process import TwinProcess
from tests.conftest import WITHIN_S

pytestmark = pytest.mark.system

STILL = '[[segment]]\nname = "sits"\nduration_s = 14\n'
NOD = (
    '[[segment]]\nname = "nods"\nduration_s = 0.8\nflexion_deg = 22\nmove_s = 0.7\n'
    '[[segment]]\nname = "back"\nduration_s = 1.2\nmove_s = 0.7\n'
)
WALK = '[[segment]]\nname = "walks"\nduration_s = 900\nactivity = "walk"\n'


async def calibrate(folder: Path, story: str, *options: str) -> tuple[int, Any, str]:
    """(exit status, printed JSON, standard error) of `poise calibrate` with a wearer of this story."""
    scenario = folder / "story.toml"
    scenario.write_text(story)
    async with TwinProcess(folder / "twin", scenario=str(scenario), speed=5) as twin:
        await let_host_in(twin)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "poise", "--twin", str(folder / "twin")),
            *("--data", str(folder), "calibrate", "--json", *options),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), WITHIN_S)
        del twin
    return process.returncode or 0, json.loads(out or b"null"), err.decode()


async def test_pose_and_nods(tmp_path: Path):
    status, record, _ = await calibrate(tmp_path, (STILL + 2 * NOD) * 12, "--site", "head")
    assert status == 0
    assert (record["result"], record["site"]) == ("accepted", "head")
    right = [record[f"right_{axis}_q14"] / 16384 for axis in "xyz"]
    assert right[0] == pytest.approx(1, abs=0.02)  # as the twin wears it
    assert 50 <= record["quality_pct"] <= 100


async def test_without_nods_it_says_so(tmp_path: Path):
    status, record, err = await calibrate(tmp_path, STILL * 60)
    assert status != 0
    assert record["result"] == "no_nods"
    assert "no two nods came" in err and len(err.splitlines()) == 1


async def test_a_walker_has_no_pose(tmp_path: Path):
    status, record, err = await calibrate(tmp_path, WALK, "--upright-only")
    assert status != 0
    assert record["result"] == "moving"
    assert "it moved" in err
