"""`poise doctor` on a screen: what each finding says stands behind its head, and a command stays whole."""

import io

import pytest

from poise.cli import doctor

TOLD = "lacks edfio and some more words. Run `python3 -m pip install 'poise-clip[clinical]'` here."
HEAD = "without  health records  "


@pytest.fixture
def columns(monkeypatch: pytest.MonkeyPatch):
    """Give the command a terminal of so many columns."""

    def give(count: int) -> None:
        monkeypatch.setattr(doctor.plain, "terminal", io.StringIO)
        monkeypatch.setenv("COLUMNS", str(count))

    return give


@pytest.mark.parametrize("count", [20, 60, 80, 100, 200])
def test_a_finding_stands_behind_its_head_in_a_terminal(columns, count: int) -> None:
    columns(count)
    first, *rest = doctor._hung(HEAD, TOLD).split("\n")
    assert first.startswith(HEAD)
    assert all(line.startswith(" " * len(HEAD)) for line in rest)
    lines = [first[len(HEAD) :], *(line[len(HEAD) :] for line in rest)]
    assert " ".join(lines) == TOLD
    command = next(line for line in lines if "pip install" in line)
    assert command.count("`") == 2
    fits = max(count - len(HEAD), 24)
    assert all(len(line) <= fits for line in lines if line is not command)
    assert bool(rest) == (len(TOLD) > fits)


def test_elsewhere_a_finding_is_one_line() -> None:
    assert doctor._hung(HEAD, TOLD) == HEAD + TOLD
