"""What is mutated, and the tests that must notice.

Only modules where a wrong sign or bound hurts a wearer or loses a record, and only tests that take seconds: a mutant
costs one run of them.
"""

from dataclasses import dataclass

_REMINDERS = "host/src/poise/coach/reminders"


@dataclass(frozen=True)
class Subject:
    """`tests`: pytest's arguments, the quickest to notice first."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]


SUBJECTS = (
    # Viper code, which CPython can't import: the 32-bit VM computes it as the ESP32 does.
    Subject(
        "kernels",
        ("firmware/motion/kernels.py", "firmware/motion/bias.py"),
        ("tests/firmware/motion/test_kernel.py", "-k", "(three_ways and 32) or repeat_the_slots"),
    ),
    Subject(
        "posture",
        ("firmware/motion/posture.py",),
        (
            "tests/firmware/motion/test_posture_limits.py",
            "tests/firmware/motion/test_posture.py",
            "-k",
            "not 64",
        ),
    ),
    Subject(
        "reminders",
        tuple(
            f"{_REMINDERS}/{name}.py"
            for name in ("policy", "choice", "facts", "fading", "move_break", "pause")
        )
        + (f"{_REMINDERS}/timetable.py", f"{_REMINDERS}/unanswered.py"),
        (
            "tests/coach/test_fading.py",
            "tests/coach/test_reminder_limits.py",
            "tests/coach/test_reminder_moments.py",
            "tests/coach/test_reminders.py",
            "tests/coach/test_pause.py",
            "tests/coach/test_timetable.py",
            "tests/coach/test_unanswered.py",
        ),
    ),
    Subject(
        "pairing",
        ("firmware/link/pairing.py",),
        ("tests/firmware/link/test_pairing.py", "-k", "not 64"),
    ),
    Subject(
        "log",
        (
            "firmware/storage/flashlog.py",
            "firmware/storage/recovery.py",
            "firmware/storage/logreader.py",
            "firmware/storage/segments.py",
        ),
        (
            "tests/firmware/storage/test_log_limits.py",
            "tests/firmware/storage/test_log_failures.py",
            "tests/firmware/storage/test_log_damage.py",
            "tests/firmware/storage/test_flashlog.py",
            "-k",
            "not 64 and not 28_days",
        ),
    ),
)
