"""Each command that the documentation names is run: on a computer of its own, on a twin, or in the test named here.

A new command of a page runs by itself on a patient's computer (with `--patient`: a clinic's). What needs more has a row
in one of the tables.
"""

import asyncio
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine

from poise.twin.process import TwinProcess
from tests.conftest import WITHIN_S, vm_or_skip
from tests.support import doc_worlds as worlds
from tests.support.command import environment
from tests.support.doc_commands import ROOT, RUN_BLOCKS, Named, blocks, documented
from tests.support.doc_worlds import Done, World

# What a reader puts in: the words of the docs -> those of these computers.
FILLED = {
    "CLIP-ID": worlds.CLIP, "NAME": worlds.THERAPIST, "ID": "nod", "MEASURE": "ndi", "VALUE": "20",
    "PSEUDONYM": worlds.PATIENT, "THE-OTHER": worlds.PATIENT, "DIR": "data",
}  # fmt: skip
# Command -> the name of the file that FILE stands for.
FILE_OF = {
    "diary import": "diary.csv",
    "plan": "plan.toml",
    "letter import": "letter",
    "restore": "copy.db",
}
# Command -> what a person would add or answer.
ADDED = {
    "diary add": ("--headache", "--intensity", "4"),
    "diary import": ("--scale", "10"),
    "exercise": ("nod", "--no-clip"),
    "restore": ("--replace",),
}
# Command -> the computer that it runs on, where that is not the patient's, and not the clinic's by --patient.
ON = {
    "patient add": "new",
    "plan example": "new",
    "letter export --clinic": "clinic",
    "safety clear": "alone",
}
# Command -> what has to be done before it.
FIRST = {
    "plan example": "patient add P-017",
    "safety clear": "safety stop",
}
# What a command has to say here, where it does not end with 0.
SAYS = {
    "doctor": "Python",  # what is missing on this computer makes it end with 1
    "bench activity": "docs/developers/activity.md says",  # where recordings come from
    "bench motion": "Get BROAD",
    "clip wipe": "was not wiped",  # it goes on logging, and wipes no record that nobody has
    "flash list-ports": "no serial port",
    "plan suggest --accept": "no change is suggested",
}
# Command -> the test that runs it, or its code, with all that it needs. The longest name that fits counts.
ELSEWHERE = {
    "open": "dashboard/test_first_run.py::test_from_nothing_to_today",
    "dashboard": "dashboard/test_entry.py::test_poise_dashboard_opens_it_when_it_listens",
    "clinic": "docs/test_commands_run.py::test_poise_clinic_serves_until_it_is_ended",
    "demo": "system/test_chain.py",
    "demo --dashboard": "system/test_demo_dashboard.py::test_what_a_newcomer_sees",
    "wear": "system/test_wear_twin.py",
    "wear --install": "wear/test_install.py::test_installed_twice_and_removed_on_linux",
    "wear --uninstall": "wear/test_install.py::test_installed_twice_and_removed_on_linux",
    "install": "wear/test_install.py::test_poise_install_and_remove",
    "calibrate": "system/test_calibrate_twin.py::test_pose_and_nods",
    "exercise nod": "system/test_exercise_twin.py::test_a_guided_session",
    "exercise nod --reference": "system/test_exercise_twin.py::test_the_yardstick_is_recorded_with_the_therapist",
    "neck": "system/test_neck_twin.py::test_neck_flexion_of_two_clips",
    "flash firmware": "system/test_flash_twin.py::test_flashed_clip_comes_up_again",
    "flash micropython": "flash/test_micropython.py",
    "flash": "flash/test_one_command.py::test_a_blank_board_becomes_a_tested_clip_and_stays_one",
    "flash --image": "flash/test_one_command.py::test_a_blank_board_becomes_a_tested_clip_and_stays_one",
    "flash test": "flash/test_one_command.py::test_where_a_part_fails_the_command_says_so",
    "release key": "docs/test_commands.py::test_a_twins_commands_on_a_fresh_twin",
    "release make": "docs/test_commands.py::test_a_twins_commands_on_a_fresh_twin",
    "release check": "docs/test_commands.py::test_a_twins_commands_on_a_fresh_twin",
    "release rotate": "build/test_signed.py::test_who_signs_from_a_key_to_a_person_who_checks",
    "shell": "hil/test_clip.py::test_a_shell_leaves_it_running",
    "trace record": "hil/test_clip.py::test_a_trace_holds_gravity_at_the_sensors_rate_and_is_replayed",
    "update": "docs/test_commands.py::test_a_twins_commands_on_a_fresh_twin",
    "replay": "replay/test_replay.py::test_replay_command",
    "letter trust": "cli/test_letter.py::test_letters_by_file_and_a_stop_that_only_the_clinic_ends",
}
# What needs a clip, in an order in which it can be done with one twin. "+" is a step of ours in between.
WITH_A_CLIP = """
poise scan
poise pair
poise pair --list
poise status
poise --data DIR status
poise --lang de status
poise status --port PORT
+ poise plan set plan.toml --by NAME
poise letter give
poise download
poise letter show
poise wear --at-once
poise events --kind update
poise clip return
poise clip lend
poise --patient P-017 clip return
poise --patient P-017 letter give
poise --patient P-017 download
poise --patient P-017 clip return
poise --patient P-017 clip lend
poise --patient THE-OTHER clip return
poise clip wipe
poise pair --forget all --usb
"""
NEEDS_A_CLIP = {
    "scan",
    "pair",
    "status",
    "download",
    "clip lend",
    "clip return",
    "clip wipe",
    "letter give",
}


def fitted(named: Named) -> tuple[str, ...]:
    """The command's words with what a reader puts in, but for the file's name."""
    return tuple(FILLED.get(word, word) for word in named.command)


def longest(words: tuple[str, ...], names: object) -> str | None:
    """The longest of the names (words and options, in any order) that the command has all words of; it begins alike."""
    fits = [
        name for name in names  # type: ignore[attr-defined]
        if words[:1] == tuple(name.split()[:1]) and set(name.split()) <= set(words)
    ]  # fmt: skip
    return max(fits, key=lambda name: len(name.split()), default=None)


def shape(named: Named) -> tuple[str, ...]:
    """What two commands share that differ in values alone."""
    options = {word for word in named.words if word.startswith("-")}
    if "--passphrase" in options:
        options.discard("--patient")  # once is enough: it takes its seconds on purpose
    plain = [word for word in fitted(named) if word.isalpha() and word.islower()][:3]
    return (*plain, *sorted(options))


def _typed() -> set[str]:
    """The lines of the blocks that run as they stand."""
    return {
        line
        for page, first in RUN_BLOCKS
        for lines in blocks(ROOT / "docs" / page)
        if first in lines
        for line in lines
    }


def commands() -> dict[tuple[str, ...], Named]:
    """Shape -> a command of the docs; those in a block come first, as they are the ones that readers type."""
    found: dict[tuple[str, ...], Named] = {}
    as_they_stand = _typed()
    for named in sorted(documented(), key=lambda one: not one.is_typed):
        first = named.command[:1]
        if (
            named.text in as_they_stand
            or not first
            or first[0].isupper()
            or first[0].startswith("-")
        ):
            continue
        found.setdefault(shape(named), named)
    return found


def _name(words: tuple[str, ...]) -> str:
    return " ".join(words)


ALL = commands()
WITH = [line.removeprefix("+ ") for line in WITH_A_CLIP.split("\n") if line]
HERE = {
    key: named
    for key, named in ALL.items()
    if not longest(fitted(named), ELSEWHERE) and not longest(fitted(named), NEEDS_A_CLIP)
}


@pytest.fixture(scope="module")
def computers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    """The computers, as each command finds them."""
    return worlds.made(tmp_path_factory.mktemp("computers"))


@pytest.mark.parametrize("key", HERE, ids=" ".join)
def test_a_command_of_the_docs_runs(
    computers: dict[str, World], tmp_path: Path, key: tuple[str, ...]
) -> None:
    named = HERE[key]
    words = fitted(named)
    of_a_clinic = "--patient" in named.words or worlds.OTHER in named.words
    name = ON.get(longest(words, ON) or "", "clinic" if of_a_clinic else "home")
    world = computers[name].copy(tmp_path / "computer")
    with time_machine.travel(worlds.NOW):
        if before := FIRST.get(longest(words, FIRST) or ""):
            assert world.run(*_lead(named), *before.split()).status == 0
        done = world.run(*_line(named, world), typed="some long words\nsome long words\n")
    if done.status == 2 and "Missing" in done.err:
        assert not named.is_typed, f"{named.page}: {named.text} lacks something"
        return  # the page names it, and shows elsewhere how it is typed
    _judge(named, done)


def _judge(named: Named, done: Done) -> None:
    says = SAYS.get(longest(fitted(named), SAYS) or "")
    if says is None:
        assert done.status == 0, f"{named.page}: {named.text}\n{done}\n{REMEDY}"
    else:
        assert says in str(done), f"{named.page}: {named.text}\n{done}"


REMEDY = "What needs a file, an answer, another computer, a clip or its own test has a row in a table of this file."


def _lead(named: Named) -> list[str]:
    """The options before the command."""
    return [FILLED.get(word, word) for word in named.words[: len(named.words) - len(named.command)]]


def _line(named: Named, world: World) -> list[str]:
    """The whole line as a reader types it on this computer."""
    words = fitted(named)
    file = FILE_OF.get(longest(words, FILE_OF) or "", "made")
    rest = [file if word in ("FILE", "FILE.csv") else word for word in words]
    rest = [worlds.recipient(world) if word == "age1..." else word for word in rest]
    if rest[:2] == ["plan", "example"]:
        rest = [word.replace("plan.toml", "example.toml") for word in rest]
    if rest[:2] == ["exercise", "--remove"] or rest[:2] == ["nudges", "wrong"]:
        rest[2] = _number(world, rest[0])
    added = ADDED.get(longest(words, ADDED) or "", ())
    return [*_lead(named), *rest, *(() if set(added) & set(rest) or len(rest) > 3 else added)]


def _number(world: World, what: str) -> str:
    """The number that a page makes up: of the last report, or of a nudge."""
    if what == "nudges":
        return str(json.loads(world.run("nudges", "--json").out)["nudges"][0]["seq"])
    return world.run("exercise", "nod", "--report", "10").out.split()[-1]


@pytest.mark.parametrize("test", sorted(set(ELSEWHERE.values())))
def test_a_test_that_is_named_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert re.search(rf"^(async )?def {name or 'test_'}", text, re.MULTILINE)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_runs_elsewhere_is_in_the_docs(name: str) -> None:
    assert any(longest(fitted(named), [name]) for named in documented())


def test_every_command_that_needs_a_clip_is_in_the_story() -> None:
    told = {shape(Named(line, "", is_typed=True)) for line in WITH}
    needed = [
        named
        for key, named in ALL.items()
        if longest(fitted(named), NEEDS_A_CLIP) and key not in told
    ]
    assert not needed, REMEDY


@pytest.mark.system
@pytest.mark.vm
async def test_what_needs_a_clip_runs_on_a_twin(
    computers: dict[str, World], tmp_path: Path
) -> None:
    vm_or_skip(64)
    world = computers["new"].copy(tmp_path / "computer")
    async with (
        asyncio.timeout(WITHIN_S),
        TwinProcess(tmp_path / "clip", scenario="hour", speed=20) as twin,
    ):
        world.more["POISE_TWIN"] = str(twin.folder)
        for line in WITH:
            named = Named(line, "", is_typed=True)
            words = [twin.info["usb"] if word == "PORT" else word for word in _line(named, world)]
            done = await asyncio.to_thread(world.run, *words)
            _judge(named, done)


@pytest.mark.system
def test_poise_clinic_serves_until_it_is_ended(computers: dict[str, World], tmp_path: Path) -> None:
    world = computers["clinic"].copy(tmp_path / "computer")
    process = subprocess.Popen(
        [sys.executable, "-m", "poise", "clinic", "--no-browser"],
        env=environment(world.data), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert "http://127.0.0.1:" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=WITHIN_S)
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in errors
