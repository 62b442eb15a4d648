"""`poise bench activity`: what the clip tells of recorded people. The recordings are no part of the project."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from poise.cli.bench import app
from poise.errors import PoiseError
from poise.replay import people
from poise.twin.machine.vm import find_vm
from tests.support.people import RECORDINGS


def recording(folder: Path, **changed: np.ndarray) -> None:
    """Someone who sits for 20 s, and then walks for 20 s, the sensor's x axis up."""
    t_s = np.arange(2_000) / 100
    noise = np.random.default_rng(0)
    still = np.zeros((2_000, 6))
    still[:, 0] = 1_000
    still += noise.normal(0, 3, still.shape)
    walk = still.copy()
    walk[:, 0] += 150 * np.sin(2 * np.pi * 1.8 * t_s)
    walk[:, 4] += 16 * 20 * np.sin(2 * np.pi * 0.9 * t_s)
    arrays = {
        "stand2": still,
        "walk": walk,
        "wearer_axes": np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]]),
        "gyro_bias_dps": np.zeros(3),
        **changed,
    }
    np.savez(folder / "someone.npz", **{n: v.astype(np.float32) for n, v in arrays.items()})


@pytest.mark.parametrize("pace", [[], ["--saver"]])
def test_shares_of_what_was_told(tmp_path, pace):
    recording(tmp_path)
    done = CliRunner().invoke(app, ["activity", "--data", str(tmp_path), "--json", *pace])
    assert done.exit_code == 0, done.output
    stand, walk, *sums = json.loads(done.output)
    assert (stand["person"], stand["label"]) == ("someone", "stand")
    assert stand["shares"]["walking"] == 0
    assert walk["shares"]["walking"] > 0.7
    assert walk["seconds"] == pytest.approx(20, abs=0.5)
    assert [row["label"] for row in sums] == ["stand", "walk"]
    assert sum(walk["shares"].values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"wearer_axes": np.zeros(3)}, "wearer_axes"),
        ({"walk": np.zeros((2_000, 5))}, "walk is no second"),
        ({"walk": np.zeros((20, 6))}, "walk is no second"),
    ],
)
def test_a_recording_of_another_shape_is_refused(tmp_path, changed, said):
    recording(tmp_path, **changed)
    with pytest.raises(PoiseError, match=said):
        people.takes(tmp_path)


def test_no_folder_no_recording_or_no_file_is_said(tmp_path):
    for folder in (None, tmp_path, tmp_path / "none"):
        with pytest.raises(PoiseError, match="recording"):
            people.takes(folder)
    (tmp_path / "broken.npz").write_bytes(b"no archive")
    with pytest.raises(PoiseError, match="can't be read"):
        people.takes(tmp_path)


@pytest.mark.skipif(RECORDINGS is None, reason="the recordings of people are not there")
@pytest.mark.parametrize("saver", [False, True])
def test_recorded_people(saver):
    rows = people.run_takes(people.takes(RECORDINGS), find_vm(64), saver)
    told = {row.label: row.shares for row in people.together(rows)}
    assert told["walk"]["walking"] > 0.9
    assert told["stairs"]["walking"] > 0.8
    assert told["run"]["walking"] > 0.96  # of takes of 80 s, the first 1.4 s are no running yet
    assert told[people.RUNS]["walking"] > 0.98
    for label in people.DESK:
        assert told[label]["still"] > 0.95
        assert told[label]["walking"] < 0.01
        assert told[label]["vehicle"] + told[label]["lying"] < 0.005
    for row in rows:
        assert row.label != "walk" or row.shares["walking"] > 0.75, row
        assert row.label != "walk" or row.shares["still"] < 0.05, row
