"""A plan for the exercise page, and how its session is begun."""

from tests.support.plans import exercise, plan_text, shrug, table

PLAN = plan_text(
    shrug(reps=1, hold_s=0),
    exercise(use="arm-raise", times=["12:00"]),
    table("progression", max_sessions_a_day=2),
    quiet=("23:00", "05:00"),
)


def begin(page) -> None:
    page.click(".start >> nth=0")
    page.wait_for_selector("input[name=pain]", state="attached")
