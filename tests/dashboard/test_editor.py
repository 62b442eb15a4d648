"""The plan editor in a real browser: a plan by clicks, an error as one types, and the signature."""

from collections.abc import Iterator

import pytest

from poise.coach.plan.plan import parse_plan
from poise.dashboard.clinic.context import ClinicDesk
from poise.dashboard.clinic.site import application
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.words import letters
from tests.support.accessibility import SMALL, violations

from .browser import PHONE
from .clicks import choose, until


@pytest.fixture
def clinic(server, store: Store) -> Iterator[ClinicDesk]:
    """One patient without a plan."""
    desk = ClinicDesk(store, SystemClock())
    application(desk)
    yield desk


def test_a_plan_by_clicks_an_error_and_the_signature(visit, clinic: ClinicDesk):
    address = f"/clinic/patient/{clinic.store.patients.all()[0].patient_id}/plan"
    visitor = visit()
    page = visitor.open(address)
    page.fill("#patient", "P-017")
    page.fill("#by", "T. Adler")
    page.click("#add-nod")
    page.fill("#exercises-0-reps", "2000")
    until(page, lambda: "2000 is more than 100" in page.inner_text("#exercises-0-reps-fault"))
    assert page.get_attribute("#exercises-0-reps", "aria-invalid") == "true"
    assert page.is_disabled("#sign")
    page.fill("#exercises-0-reps", "8")
    page.fill("#exercises-0-rest_s", "45")
    page.fill("#exercises-0-sets", "2")
    choose(page, "exercises-0-way", "hours")
    page.wait_for_selector("#exercises-0-times_a_day")
    page.fill("#exercises-0-times_a_day", "3")
    page.click("summary:has-text('Add an exercise')")
    page.click("#add-trapezius-stretch")
    page.wait_for_selector("#exercises-1-side")
    page.select_option("#exercises-1-side", "left")
    page.fill("#exercises-1-time-0", "19:30")
    page.fill("#exercises-1-time-0-habit", "before the news")
    page.click("#add-precaution")
    page.fill("#precautions-0", "No fast turns.")
    until(page, lambda: page.is_enabled("#sign"))
    assert "3 times a day from" in page.inner_text(".changes")

    page = visitor.open(address)  # what is begun stays
    assert page.input_value("#exercises-0-rest_s") == "45"
    assert not page.evaluate(SMALL) and not violations(page)
    page.click("#sign")
    page.wait_for_selector("#signed .message")
    kept = clinic.store.plans.current()
    assert kept is not None and kept.who == "T. Adler"
    plan = parse_plan(kept.text)
    assert letters.POSTED["later"] in page.inner_text("#signed")
    assert plan.patient == "P-017" and plan.therapist == "T. Adler"
    assert [each.dose for each in plan.exercises] == [
        "2 × 8 repetitions, hold 5 s, rest 45 s between sets",
        "2 repetitions, left side, hold 20 s",
    ]
    assert [len(each.anchors) for each in plan.exercises] == [3, 1]
    assert plan.exercises[1].anchors[0].habit == "before the news"
    assert plan.precautions == ("No fast turns.",)

    page = visit(PHONE, "dark").open(address)
    assert page.locator("#no-change").is_visible()
    page.click("#taper")
    until(page, lambda: page.locator(".changes li").count())
    assert "times: 3 times a day" in page.inner_text(".changes")
    page.click("button:has-text('Remove') >> nth=0")
    page.wait_for_selector("#bring-back")
    page.click("#bring-back")
    until(page, lambda: page.locator("#exercises-1-reps").count())
    for summary in page.query_selector_all("summary"):
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert not page.evaluate(SMALL) and not violations(page)
