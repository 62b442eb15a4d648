"""`poise visit`: the same visit as the page's, for a person and for a script, and a visit that is noted."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

from poise.store import Store
from poise.timebase.clock import SystemClock
from tests.support.plans import exercise, plan_text

Poise = Callable[..., CompletedProcess[str]]


def test_a_visit_is_printed_and_noted(poise: Poise, tmp_path: Path):
    with Store.open(tmp_path / "data/poise.db") as store:
        store.plans.put(plan_text(exercise(use="chin-tuck")), "T", SystemClock().utc_ms())
    nameless = poise("visit", "--done")
    assert nameless.returncode and "--by NAME" in nameless.stderr
    shown = poise("visit", "--done", "--by", "A. Therapist")
    assert shown.returncode == 0 and "Glide the chin back: keep." in shown.stdout
    assert shown.stdout.endswith("Noted: a visit today, by A. Therapist.\n")
    told = json.loads(poise("visit", "--json").stdout)
    assert told["since"] is None and told["now"]["days"] == 0  # today's visit ends no period yet
    with Store.open(tmp_path / "data/poise.db") as store:
        rows = store.treatments.between(dt.date(2000, 1, 1), dt.date(2099, 1, 1))
    assert [(row.kind, row.text) for row in rows] == [("visit", "A. Therapist")]
