"""The audit only grows: who saw and changed what stays, whatever is tried."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from poise.store import Store, audit
from poise.store.schema import audit as table
from poise.store.schema import patients

UTC = 1_790_000_000_000
CLIP = "0011223344556677"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "poise.db") as opened:
        opened.patients.add("P-1", UTC)
        yield opened


def test_what_is_decided_is_noted_with_it(store: Store):
    store.plans.put("a = 1", "T. Therapist", UTC)
    store.plans.put("a = 1", "T. Therapist", UTC + 1)  # nothing new
    hold = store.holds.raise_("pain", "", "t", UTC)
    assert store.holds.clear(hold, "T. Therapist", "seen", UTC + 2)
    assert not store.holds.clear(hold, "T. Therapist", "seen", UTC + 3)
    store.clips.give(CLIP, UTC + 4, 7)
    assert store.clips.take_back(CLIP, UTC + 5) and not store.clips.take_back(CLIP, UTC + 6)
    store.patients.add("P-2", UTC)
    other = store.of("P-2")
    other.audit.put("opened", UTC + 7)
    other.audit.put_for_all("restored", UTC + 8, "poise-2026-11-18.db")
    told = [(row.act, row.when_utc_ms, row.detail) for row in store.audit.history()]
    mark = store.plans.current()
    assert mark and told == [
        ("plan_set", UTC, mark.mark),
        ("stop_ended", UTC + 2, "T. Therapist"),
        ("clip_given", UTC + 4, CLIP),
        ("clip_returned", UTC + 5, CLIP),
    ]
    assert [(row.patient, row.act) for row in other.audit.everybody()[-2:]] == [
        ("P-2", "opened"),
        ("", "restored"),
    ]
    assert all(row.who for row in other.audit.everybody())


CHANGES = {
    "a detail": sa.update(table).values(detail="nothing"),
    "who it was": sa.update(table).values(who="nobody", patient_id=None, detail=""),
    "a patient who is here": sa.update(table).values(patient_id=None, detail=""),
    "an act": sa.delete(table),
    "an act by another": sa.insert(table)
    .prefix_with("OR REPLACE")
    .values(audit_id=1, when_utc_ms=0, who="", act="", detail=""),
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_act_is_changed_or_taken_away(store: Store, name: str):
    store.audit.put("exported", UTC, "poise.csv")
    before = store.audit.everybody()
    with pytest.raises(exc.IntegrityError), store._database.write() as connection:
        connection.execute(CHANGES[name])
    assert store.audit.everybody() == before and not store.faults()


def test_an_erased_patients_acts_stay_without_the_patient(store: Store):
    store.audit.put("exported", UTC, "poise.csv")
    with store._database.write() as connection:
        connection.execute(sa.delete(patients).where(patients.c.patient_id == store.patient_id))
        audit.blank(connection, store.patient_id)
    [row] = store.audit.everybody()
    assert (row.patient, row.act, row.detail) == ("", "exported", "") and row.who
