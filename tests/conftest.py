"""Fixtures that every suite shares. A missing VM skips on a developer's machine and fails in CI."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from poise import language
from poise.errors import PoiseError
from poise.twin.machine.vm import Vm, find_vm

from .support.command import environment
from .support.postgres import NoServer, Server, running

# A guard against a hang, on a machine that others use too: nothing is measured by it.
WITHIN_S = 300.0

# An example may take as long as it takes: other programs may have the processor.
settings.register_profile("poise", deadline=None)
settings.load_profile("poise")

# A shell's background job ignores Ctrl-C, and its children would: tests that interrupt a program could not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_FIRST = {name: place for place, name in enumerate(("system", "powerloss", "dashboard"))}


def vm_or_skip(bits: int) -> Vm:
    """The MicroPython VM of that word size; skips with the reason, or fails when CI is set."""
    try:
        return find_vm(bits)
    except PoiseError as error:
        message = f"{error}. {error.hint}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(
    params=[pytest.param(64, marks=pytest.mark.vm), pytest.param(32, marks=pytest.mark.vm32)]
)
def vm(request: pytest.FixtureRequest) -> Vm:
    """Each MicroPython VM in turn."""
    return vm_or_skip(request.param)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server, one for each worker; skips with the reason, or fails when CI is set."""
    try:
        with running() as found:
            yield found
    except NoServer as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture
def poise(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command `poise` over a data folder of the test's own."""

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "poise", *arguments]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            env=environment(tmp_path / "data", **more),
        )

    return run


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Every test begins and ends in English: a page that is opened sets the language of its whole process."""
    language.set_default(language.ENGLISH)
    yield
    language.set_default(language.ENGLISH)
    language.choose(None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that no worker ends the run alone with one of them."""
    items.sort(key=lambda item: _FIRST.get(item.path.parent.name, len(_FIRST)))
