"""A plan for the exercise page, and how its session is begun."""

PLAN = """
patient = "P"
therapist = "T"
version = 1
timezone = "UTC"
quiet_hours = ["23:00", "05:00"]

[[exercises]]
id = "shrug"
name = "Shrug"
instructions = "Lift the shoulders."
reps = 1
sets = 1
hold_s = 0
times = ["09:00"]

[[exercises]]
use = "arm-raise"
times = ["12:00"]

[progression]
max_sessions_a_day = 2
"""


def _start(page) -> None:
    page.click(".start >> nth=0")
    page.wait_for_selector("input[name=pain]", state="attached")
