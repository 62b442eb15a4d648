"""Minutes in doubt: from when the clip finds that it sits elsewhere until it fits again."""

import json
from datetime import UTC, date, datetime

import numpy as np
import pytest

from poise.cli.insight import lines
from poise.history.overview import collect
from poise.insight.placement import in_doubt_min
from poise.report import model, view
from poise.store import Store
from poise.store.records import Event
from tests.support.report_sample import CLIP, Log

MINUTE = 60_000
HOUR = 60 * MINUTE
BEGIN = int(datetime(2026, 11, 2, tzinfo=UTC).timestamp() * 1000)
SHIFTED = {"site": "collar", "fit": "shifted", "shift_cdeg": 1500}
TURNED, CHECKING, FITS = ({**SHIFTED, "fit": fit} for fit in ("turned", "checking", "fits"))
CALIBRATED = {"result": "accepted"}
REFUSED = {"result": "moving"}


def worn(minutes: int) -> dict[str, np.ndarray]:
    full = np.full(minutes, 60)
    none = np.zeros(minutes, int)
    at = BEGIN + MINUTE * np.arange(1, minutes + 1)
    return {"utc_ms": at, "moving_s": none, "neutral_s": full, "flexed_s": none}


@pytest.mark.parametrize(
    ("records", "doubt_min"),
    [
        ([], 0),
        ([(60, "fit", FITS)], 0),
        ([(60, "fit", SHIFTED)], 60),
        ([(-900, "fit", TURNED)], 120),
        ([(30, "fit", SHIFTED), (60, "fit", FITS)], 30),
        ([(30, "fit", SHIFTED), (60, "fit", TURNED), (90, "fit", CHECKING)], 60),
        ([(30, "fit", SHIFTED), (40, "calibration", REFUSED), (50, "calibration", CALIBRATED)], 20),
        ([(10, "fit", TURNED), (20, "fit", FITS), (100, "fit", SHIFTED)], 30),
        ([(None, "fit", SHIFTED)], 0),
    ],
)
def test_minutes_in_doubt(records, doubt_min):
    told = [
        Event(1, 1, 0, kind, fields, None if at is None else BEGIN + at * MINUTE, None)
        for at, kind, fields in records
    ]
    assert in_doubt_min(worn(120), told) == doubt_min


def test_report_and_insight_tell_it(tmp_path):
    log = Log(BEGIN)
    log.clock(BEGIN)
    log.add("fit", BEGIN + MINUTE, **SHIFTED)
    for hour in (9, 33):  # on two days; the clip fits again on the second
        for minute in range(1, 121):
            at = BEGIN + hour * HOUR + minute * MINUTE
            log.minute(at, "collar", neutral_s=60, under_10_s=60)
            if (hour, minute) == (33, 30):
                log.add("fit", at, **FITS)
    with Store.open(tmp_path / "poise.db") as store:
        log.store(store)
        now = BEGIN + 48 * HOUR
        second = model.collect(store, CLIP, date(2026, 11, 3), date(2026, 11, 3), now)
        assert second.in_doubt_min == 30
        assert "For 30 min of it the clip knew" in json.dumps(view.view(second))
        found = collect(store, CLIP, 7, now, UTC)
        assert found.in_doubt_min == 150
        assert any(line.startswith("For 2.5 h of it") for line in lines(found))
