"""The settings that the runner gives the clip."""

import asyncio
from pathlib import Path

from typer.testing import CliRunner

from poise.cli.wear import app
from poise.history.at_once import hear_at_once, hears_at_once
from poise.store import Store
from poise.wear.settings import wanted_settings
from poise.wire import codec
from tests.conftest import WITHIN_S
from tests.support.wear_day import PLAN, Clip, running, store

__all__ = ["store"]  # the fixture


def test_events_at_once_are_left_alone_until_somebody_chooses() -> None:
    assert "at_once_records" not in wanted_settings(PLAN, None)
    assert wanted_settings(None, False) == {"at_once_records": 0}
    (value,) = wanted_settings(None, True).values()
    kinds = [codec.record_layout(code).name for code in range(1, 0x18) if value >> code & 1]
    assert kinds == ["nudge", "fault", "reminder"]


async def test_the_choice_reaches_the_clip_without_a_plan(store: Store) -> None:
    clip = Clip()
    for on in (True, False):
        hear_at_once(store, on=on, via="test", utc_ms=1)
        async with running(store, clip.port) as (runner, _updates):
            await asyncio.wait_for(runner.caught_up.wait(), WITHIN_S)
        assert clip.settings == {"at_once_records": wanted_settings(None, on)["at_once_records"]}
    clip.unplug()


def test_the_command_keeps_the_choice_and_says_what_follows(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("POISE_DATA", str(tmp_path))
    for name in ("POISE_STORE", "POISE_TWIN"):
        monkeypatch.delenv(name, raising=False)
    told = CliRunner().invoke(app, ["--at-once"], catch_exceptions=False).output
    assert told.startswith("Events at once: on.") and "next look-up" in told
    with Store.open(tmp_path / "poise.db") as kept:
        assert hears_at_once(kept) is True
    CliRunner().invoke(app, ["--no-at-once"], catch_exceptions=False)
    with Store.open(tmp_path / "poise.db") as kept:
        assert hears_at_once(kept) is False
