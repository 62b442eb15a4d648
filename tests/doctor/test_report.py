"""The report holds nothing personal: a person, a clip and a plan are planted everywhere and then searched for."""

import datetime as dt
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from poise.cli import doctor
from poise.clip.transport.ports import Port
from poise.doctor import computer, extras
from poise.doctor.checkup import checkup
from poise.doctor.private import secrets
from poise.doctor.report import LEFT_OUT, Secrets, report, told_by
from poise.errors import PoiseError, Reason
from poise.setup.findings import Finding
from poise.store.diary import DiaryRow
from poise.wire import codec
from tests.support.checked_place import place
from tests.support.command import environment
from tests.support.peer import IDENTITY, Peer
from tests.support.plans import exercise, plan_text
from tests.support.store_sample import NOW, fill

PERSON, THERAPIST = "Ottilie Zwirn", "Dr. Quillfeather"
CLIP_ID = "c1a9feedbeefca11"
ADDRESS = "C4:DE:E2:19:AB:03"
PLANTED = (
    *("Ottilie", "Zwirn", "Quillfeather", "zwirnroll", "Roll the yarn", "had wine", "Kalmus"),
    *(CLIP_ID, CLIP_ID[-4:], ADDRESS, ADDRESS.replace(":", "_"), "/home/", "/tmp/"),
)


def planted(text: str, *more: str) -> list[str]:
    """What is found in it."""
    return [word for word in (*PLANTED, *more) if word.casefold() in text.casefold()]


@pytest.fixture
def clip() -> Iterator[Peer]:
    """A clip with that id, handed out to that person."""
    identity = {**IDENTITY, "clip_id": bytes.fromhex(CLIP_ID), "patient": PERSON, "assignment": 9}
    peer = Peer(
        hello=lambda _n, i, _f: [codec.pack("identity", i, **identity)],
        status_get=lambda _n, i, _f: [codec.pack("error", i, code="busy", detail=0)],
    )
    yield peer
    peer.unplug()


def lives(folder: Path) -> None:
    """A store with that person's plan, diary, clip and letters."""
    with place(folder).store() as store:
        fill(store, days=1)
        roll = exercise(id="zwirnroll", name="Zwirnroll", instructions="Roll the yarn.", reps=3)
        store.plans.put(plan_text(roll, patient=PERSON), THERAPIST, NOW)
        store.patients.name(store.patient_id, PERSON)
        store.clips.give(CLIP_ID, NOW, 9)
        today = dt.date(2026, 11, 18)
        store.diary.put(DiaryRow(today, True, 6, 2, (), "Ottilie had wine", NOW, False, "terminal"))


async def test_nothing_that_is_planted_stands_in_the_report(
    tmp_path: Path, clip: Peer, monkeypatch: pytest.MonkeyPatch
):
    home = tmp_path / "home" / "ottilie.zwirn"
    folder = home / "Ottilie's data"
    lives(folder)
    for name, value in (("HOME", str(home)), ("USER", "ottilie"), ("LOGNAME", "ottilie")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("platform.node", lambda: "kalmus-pc")

    async def broken() -> Any:
        raise PoiseError(Reason.NO_ADAPTER, f"{ADDRESS} of {PERSON} is gone", f"Ask {THERAPIST}.")

    here = place(
        folder,
        look=broken,
        ports=lambda: [Port(clip.port, f"Espressif: {PERSON}'s {ADDRESS}", "Espressif")],
        environment={"USER": "ottilie", "XDG_CURRENT_DESKTOP": "GNOME"},
    )
    release = here.root / "etc/os-release"
    release.parent.mkdir(parents=True)
    release.write_text('ID="debian"\nVERSION_ID="13 (kalmus-pc)"\nNAME="Ottilie"\n')
    found = await checkup(here)
    found += [
        Finding(
            "planted", False, PERSON, False, THERAPIST, {"a": PERSON, "b": ADDRESS, "c": CLIP_ID}
        ),
        Finding("planted", False, "", False, "", {"d": str(folder), "e": "kalmus-pc", "f": "x\ny"}),
    ]
    told = "\n".join(each.told for each in found)
    assert len(planted(told)) > 4  # what a terminal shows is personal
    text = report(
        found,
        system=computer.system(here.root),
        packages=extras.packages(extras.wanted(), lambda name: f"1.0+{PERSON}"),
        desktop={"XDG_CURRENT_DESKTOP": "GNOME", "DESKTOP_SESSION": "kalmus-pc"},
        log=[
            "2026-11-29T08:00:00.000Z INFO poise.wear.runner: reminder for Ottilie Zwirn",
            f"poise.clip.transport.ble: connected to {ADDRESS}",
            "Traceback (most recent call last):",
            f'  File "{home}/venv/lib/poise/wear/runner.py", line 12, in run',
            f'  File "{home}/poise/zwirnroll.py", line 1, in zwirnroll',
            f"ValueError: {PERSON} had wine",
        ],
        secrets=secrets(here),
    )
    assert not planted(text, "kalmus")
    rows = json.loads(text)
    assert rows["desktop"] == {"XDG_CURRENT_DESKTOP": "GNOME", "DESKTOP_SESSION": LEFT_OUT}
    assert rows["system"]["distribution_id"] == "debian"
    facts = {row["what"]: row["facts"] for row in rows["findings"]}
    assert facts["planted"] == dict.fromkeys("def", LEFT_OUT)
    assert facts["Bluetooth"] == {"reason": "no-adapter"}
    assert facts["firmware"]["reason"]  # this clip answers no question about its state
    assert rows["log"]["places"] == ["wear/runner.py:12 run"]
    assert rows["log"]["errors"] == {"ValueError": 1}


def test_the_command_writes_it(poise, tmp_path: Path):
    data = tmp_path / "data"
    lives(data)
    out = tmp_path / "report.json"
    words = ("--lang", "de", "doctor", "--report", str(out))
    done: subprocess.CompletedProcess[str] = poise(*words, USER="ottilie")
    assert "Traceback" not in done.stderr and str(out) in done.stdout
    assert out.stat().st_mode & 0o077 == 0
    text = out.read_text(encoding="utf-8")
    rows = json.loads(text)
    # English in every language, because its readers are others.
    assert {row["what"] for row in rows["findings"]} >= {
        "Python",
        "data folder",
        "plan",
        "screen lock",
    }
    left = planted(text.replace(environment(data)["POISE_DATA"], ""))
    assert not left


def test_a_report_that_can_t_be_written_says_so(tmp_path: Path):
    with pytest.raises(PoiseError, match="can't be written"):
        doctor.save(tmp_path / "no" / "folder" / "r.json", "{}")


@pytest.mark.parametrize(
    "text",
    [
        "Ottilie",
        "y" * 81,
        "a\nb",
        "ä",
        "{1}",
        "a@b",
        "'",
        "/srv/z",
        ADDRESS,
        ADDRESS.replace(":", ""),
    ],
)
def test_a_fact_is_a_plain_word_of_a_program(text: str):
    found = Finding("x", True, "", facts={"a": text, "n": 5, "none": None})
    rows = json.loads(
        report(
            [found],
            system={},
            packages={},
            desktop={},
            log=[],
            secrets=Secrets.of(["ottilie", "y"]),
        )
    )
    assert rows["findings"][0]["facts"] == {"a": LEFT_OUT, "n": 5, "none": None}


def test_a_log_tells_its_levels_and_never_its_texts():
    told = told_by(
        [
            "2026-11-29T08:00:00.000Z WARNING poise.store: no room in ~",
            "poise.store: Otti",
            "Otti: x",
        ]
    )
    assert told == {
        "lines": {"- poise.store": 1, "WARNING poise.store": 1},
        "errors": {},
        "places": [],
    }
