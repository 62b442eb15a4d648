"""Every check in its good and bad states: what is wrong has a cure, and no cure leads back to `poise doctor`."""

import asyncio
import datetime as dt
import os
import re
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from packaging.requirements import Requirement

from poise.clip.transport.ports import Port
from poise.doctor import checkup, clip, computer, desktop, extras, service
from poise.doctor.data import OLD_DAYS, data
from poise.errors import PoiseError, Reason
from poise.notify.presence import Told
from poise.setup.findings import Finding
from poise.store import Store, copies
from poise.wear.install import Service, carry_out
from poise.wear.install.steps import Write, installing
from poise.wire import codec
from poise.words import doctor as words
from poise.words.records import UNKNOWN_PCT
from tests.support import store_sample as sample
from tests.support.checked_place import place
from tests.support.peer import IDENTITY, Peer
from tests.support.plans import exercise, plan_text
from tools.sbom import NOT_SHIPPED

ROOT = Path(__file__).parents[2]
WELL = {
    "fit": "fits",
    "quality_pct": 90,
    "battery_pct": 80,
    "charging": False,
    "safe_mode": False,
    "imu": "lsm6dsox",
    "faults": 0,
}


def of(found: Sequence[Finding], what: str) -> Finding:
    return next(each for each in found if each.what == what)


# --- the words


def test_no_cure_leads_back_to_doctor():
    texts = [text for name, text in vars(words).items() if name.endswith("_CURE")]
    assert len(texts) > 30
    assert not [text for text in texts if "poise doctor" in text or not text.endswith(".")]


@pytest.mark.parametrize(
    ("cure", "here"),
    [
        ("Switch it on; `poise doctor` tells more.", "Switch it on."),
        ("Go back to a copy. Run `poise doctor`.", "Go back to a copy."),
        ("Run `poise doctor --report FILE`. Wait.", "Wait."),
        ("`poise doctor` says what is missing.", ""),
        ("Name another with --data DIR.", "Name another with --data DIR."),
    ],
)
def test_a_hint_that_names_doctor_is_cut_short_in_it(cure: str, here: str):
    assert checkup.elsewhere(cure) == here


async def test_a_check_that_fails_is_a_finding_and_names_its_place():
    async def stumbles() -> Finding:
        return await desktop_of(None)

    async def desktop_of(_nothing: None) -> Finding:
        return desktop.of_told(None)  # type: ignore[arg-type]

    (found,) = await checkup.guarded("clock", stumbles)
    assert not found.ok and found.facts["error"] == "AttributeError"
    assert re.fullmatch(r"doctor/desktop\.py:\d+ of_told", str(found.facts["at"]))


# --- the computer


def test_the_oldest_python_is_the_projects():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=" + ".".join(map(str, computer.LEAST_PYTHON))


@pytest.mark.skipif(os.name != "posix", reason="modes are Unix's")
def test_a_folder_that_others_can_read_is_told(tmp_path: Path):
    here = place(tmp_path / "a patient's")
    assert computer.folder(here).ok
    here.data().chmod(0o755)
    found = computer.folder(here)
    assert (
        not found.ok and found.cure == f"Run `chmod 700 {str(here.data())!r}`.".replace('"', "'")
    ) or ("chmod 700" in found.cure)


def test_an_extra_lacks_what_is_absent_or_too_old():
    wanted = [
        Requirement("numpy>=2"),
        Requirement("typst>=0.14; extra == 'report'"),
        Requirement("psycopg>=3; extra == 'clinic'"),
        Requirement("esptool>=5; sys_platform == 'plan9' and extra == 'flash'"),
    ]
    found = extras.extras(wanted, {"typst": "0.13.2", "numpy": "2.2"}.get)
    told = {str(each.facts["extra"]): each.facts["lacks"] for each in found}
    assert told == dict.fromkeys(extras.EXTRAS, "") | {"report": "typst", "clinic": "psycopg"}
    assert [each.ok for each in found] == [not lacks for lacks in told.values()]
    assert all(
        "pip install" in each.cure or "pipx inject" in each.cure for each in found if not each.ok
    )
    unknown = extras.extras([])
    assert not any(each.ok for each in unknown) and all(each.cure for each in unknown)


def test_every_extra_for_users_is_checked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    of_developers = NOT_SHIPPED | {"bmi270"}  # that one is for who has such a sensor
    assert set(project["optional-dependencies"]) - of_developers == set(extras.EXTRAS)


@pytest.mark.parametrize("lock", [True, False])
@pytest.mark.parametrize("idle", [True, False])
def test_a_desktop_that_hides_its_lock_is_told(lock: bool, idle: bool):
    found = desktop.of_told(Told(lock, idle))
    assert found.ok == lock and bool(found.cure) == (not lock)


# --- the start at login


@pytest.mark.parametrize(
    "made",
    [
        Service("linux", "/opt/it's 100% $x/python", PurePosixPath("/h"), PurePosixPath("/d")),
        Service("darwin", "/opt/a b/python", PurePosixPath("/h"), PurePosixPath("/d"), uid=501),
        Service(
            "win32", r"C:\a b\python.exe", PureWindowsPath("C:/h"), PureWindowsPath("C:/d"), "k"
        ),
    ],
    ids=lambda made: made.platform,
)
def test_the_services_program_is_read_from_its_definition(made: Service, tmp_path: Path):
    write = next(step for step in installing(made) if isinstance(step, Write))
    path = tmp_path / "definition"
    path.write_text(write.text, encoding=write.encoding)

    class Here(Service):
        @property
        def definition(self) -> Path:
            return path

    here = Here(made.platform, made.python, made.home, made.data, made.user)
    assert service.program_of(here) == made.poise[0]
    assert service.lost_program(here) == made.poise[0]
    path.write_text("damaged")
    assert service.program_of(here) == ""


async def test_a_service_of_an_installation_that_is_gone_is_told(tmp_path: Path):
    made = Service("linux", str(tmp_path / "old/bin/python"), tmp_path / "home", tmp_path / "data")
    here = place(tmp_path / "data", service=lambda: made)
    assert not (await service.login(here)).ok
    write = next(step for step in installing(made) if isinstance(step, Write))
    carry_out([write])
    found = await service.login(here)
    assert found.facts["state"] == "elsewhere" and found.cure == words.LOGIN_ELSEWHERE_CURE


# --- the data


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    with Store.open(folder / "poise.db") as store:
        sample.fill(store, days=2)
    return folder


@pytest.fixture
def kept(filled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(filled, tmp_path / "kept")


def test_copies_that_are_missing_old_or_damaged_are_told(kept: Path):
    here = place(kept)
    assert of(data(here), "copies").text == words.COPIES_MISSING
    copies.daily(kept / "poise.db", dt.date(2026, 11, 18))
    assert of(data(here), "copies").ok
    (copy,) = copies.known(kept / "poise.db")
    old_s = here.clock.utc_ms() / 1000 - (OLD_DAYS + 2) * 86_400
    os.utime(copy, (old_s, old_s))
    assert of(data(here), "copies").ok  # old, and nothing has changed
    with here.store() as store:
        store.holds.raise_("pain", "7 of 10", "dashboard", sample.NOW)
    found = of(data(here), "copies")
    assert (
        not found.ok and found.cure == words.COPIES_CURE and found.facts["age_days"] == OLD_DAYS + 2
    )
    copy.write_bytes(copy.read_bytes()[:5000])
    assert of(data(here), "copies").cure == words.COPIES_DAMAGED_CURE


def test_a_new_store_needs_no_copy(tmp_path: Path):
    assert of(data(place(tmp_path / "new")), "copies").ok


def test_a_plan_whose_days_are_over_and_one_that_can_t_be_read_are_told(tmp_path: Path):
    here = place(tmp_path / "d")
    assert of(data(here), "plan").facts == {}
    with here.store() as store:
        store.plans.put(
            plan_text(
                exercise(id="nod", name="Nod", instructions="Nod.", reps=3) + "ends = 2024-02-01\n"
            ),
            "T",
            sample.FIRST,
        )
    assert of(data(here), "plan").facts["state"] == "ended"
    with here.store() as store:
        store.plans.put("patient = 5", "T", sample.NOW)
    assert of(data(here), "plan").facts["state"] == "unreadable"


def test_without_a_folder_each_finding_says_what_to_do(tmp_path: Path):
    def gone() -> Path:
        raise PoiseError(Reason.STORE_UNWRITABLE, "no folder", "Name another with --data DIR.")

    def no_store() -> Store:
        raise PoiseError(Reason.STORE_UNWRITABLE, "no folder", "Name another with --data DIR.")

    here = replace(place(tmp_path), data=gone, store=no_store)
    found = [computer.folder(here), computer.space(here), *data(here)]
    assert not any(each.ok for each in found) and all(each.cure for each in found)


# --- the clip


@pytest.mark.parametrize(
    ("more", "cure"),
    [
        ({"safe_mode": True, "imu": "none"}, words.CLIP_SAFE_MODE_CURE),
        ({"imu": "none"}, words.CLIP_NO_SENSOR_CURE),
        ({"battery_pct": clip.LOW_PCT}, words.CLIP_BATTERY_CURE),
        ({"battery_pct": clip.LOW_PCT, "charging": True}, ""),
        ({"battery_pct": UNKNOWN_PCT}, ""),
        ({"faults": 3}, words.CLIP_FAULTS_CURE),
        ({}, ""),
    ],
)
def test_the_clips_worst_fault_has_its_cure(more: dict, cure: str):
    found = clip.health(WELL | more)
    assert (found.ok, found.cure) == (not cure, cure)


@pytest.mark.parametrize(
    ("fit", "quality_pct", "ok"),
    [("fits", 90, True), ("checking", 90, True), ("unknown", 0, False), ("shifted", 90, False)],
)
def test_the_start_position_is_told(fit: str, quality_pct: int, ok: bool):
    found = clip.start(WELL | {"fit": fit, "quality_pct": quality_pct})
    assert found.ok == ok and bool(found.cure) != ok


def status(request_id: int, **more: object) -> bytes:
    zero = {name: 0 for name, *_ in codec.message_layout("status").fields}
    return codec.pack(
        "status", request_id, **{**zero, **WELL, "safe_mode": 0, "charging": 0, **more}
    )


def on_cable(peer: Peer, folder: Path) -> list[Finding]:
    port = Port(peer.port, "Espressif: a board", "Espressif")
    return asyncio.run(checkup.checkup(place(folder, ports=lambda: [port])))


def test_a_clip_on_a_cable_is_asked(tmp_path: Path):
    peer = Peer(
        hello=lambda _n, i, _f: [codec.pack("identity", i, **{**IDENTITY, "firmware": "0.0.9"})],
        status_get=lambda _n, i, _f: [status(i, battery_pct=9)],
    )
    try:
        found = on_cable(peer, tmp_path)
    finally:
        peer.unplug()
    assert of(found, "USB").facts["state"] == "clip"
    assert of(found, "firmware").facts["firmware"] == "0.0.9" and not of(found, "firmware").ok
    assert of(found, "clip's health").cure == words.CLIP_BATTERY_CURE
    assert of(found, "start position").ok
    assert all(each.cure for each in found if not each.ok)


def test_a_clip_of_another_version_is_told_apart(tmp_path: Path):
    other = {**IDENTITY, "wire_hash": bytes(8)}
    peer = Peer(hello=lambda _n, i, _f: [codec.pack("identity", i, **other)])
    try:
        found = on_cable(peer, tmp_path)
    finally:
        peer.unplug()
    assert of(found, "firmware").facts["reason"] == Reason.WRONG_VERSION
    assert of(found, "firmware").cure


def test_a_runner_that_tells_no_faults_is_not_taken_for_one_without(tmp_path: Path):
    status = {key: value for key, value in WELL.items() if key != "faults"}
    assert "faults" not in clip.health(status).text
    assert "no faults" in clip.health(WELL).text
