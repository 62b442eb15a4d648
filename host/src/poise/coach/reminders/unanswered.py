"""Reminders and diary questions that nobody answers: fewer of them, and then a question how they should be. Pure.

The longer reminders stay without an answer, the fewer come. An answer, or the exercise itself within its window, brings
them back. After two weeks Poise asks the patient, and goes on with few until the patient chooses.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Protocol

from ..adherence import SEPARATOR
from ..plan.moments import DAY_MS, HOUR_MS, MINUTE_MS
from ..plan.rules import ReminderRules
from .choice import PLANNED, Choice

IGNORED_DAYS = 3
IGNORED_LEAST = (
    4  # fewer reminders tell nothing; with few a day, the last so many are judged together
)
HARDLY_PCT = 10  # answers, at most, of a patient who hardly answers
HARDLY_DAYS = (7, 14)  # after so many days with hardly an answer, half as many come again
ASK_AFTER_DAYS = HARDLY_DAYS[-1]
ASK_AGAIN_DAYS = 56  # from a choice to the next question
HISTORY_DAYS = 56  # of reminders that these rules read
# Questions for the diary in a row without use -> days from one question to the next.
_DIARY_EVERY = ((0, 1), (3, 2), (6, 4), (9, 7))

Done = Sequence[tuple[str, int]]  # (exercise id, start in UTC milliseconds) of each session


class Shown(Protocol):
    """The fields that these rules read of a reminder: `store.reminders.ReminderRow` has them. Time: UTC ms."""

    @property
    def exercise_ids(self) -> str:
        """Ids of the reminder's exercises, joined by SEPARATOR."""
        ...

    @property
    def fired_utc_ms(self) -> int:
        """Moment at which the reminder was shown."""
        ...

    @property
    def silent(self) -> bool:
        """True for a silent probe, which was not shown."""
        ...

    @property
    def answer(self) -> str | None:
        """The patient's answer, such as "done"; None without one."""
        ...


def halvings(
    rules: ReminderRules,
    history: Sequence[Shown],
    now_utc_ms: int,
    done: Done = (),
    choice: Choice = PLANNED,
) -> int:
    """Return how often the share of reminders is halved because they are left without an answer: 0 to 3.

    `history`: reminders of exercises of the last HISTORY_DAYS, oldest first. Those before the choice do not count.
    """
    since = choice.since_utc_ms or 0
    told = [
        (one.fired_utc_ms, _is_heeded(rules, one, done))
        for one in history
        if not one.silent and since <= one.fired_utc_ms < now_utc_ms - HOUR_MS
    ]
    if 100 - _heeded_pct(told, IGNORED_DAYS, now_utc_ms) <= rules.ignored_pct:
        return 0
    first = told[0][0]
    count = 1
    for days in HARDLY_DAYS:
        is_long = first <= now_utc_ms - (days - 1) * DAY_MS
        if not is_long or _heeded_pct(told, days, now_utc_ms) > HARDLY_PCT:
            break
        count += 1
    return count


def asks_how(
    rules: ReminderRules,
    history: Sequence[Shown],
    now_utc_ms: int,
    done: Done = (),
    choice: Choice = PLANNED,
) -> bool:
    """Return whether to ask the patient how reminders should be: after two weeks with hardly an answer."""
    if not rules.fade:
        return False
    since = choice.since_utc_ms
    if since is not None and now_utc_ms < since + ASK_AGAIN_DAYS * DAY_MS:
        return False
    return halvings(rules, history, now_utc_ms, done, choice) > len(HARDLY_DAYS)


def _is_heeded(rules: ReminderRules, one: Shown, done: Done) -> bool:
    if one.answer not in {None, "none"}:
        return True
    names = one.exercise_ids.split(SEPARATOR)
    until = one.fired_utc_ms + rules.window_min * MINUTE_MS
    return any(name in names and one.fired_utc_ms <= at <= until for name, at in done)


def _heeded_pct(told: Sequence[tuple[int, bool]], days: int, now_utc_ms: int) -> float:
    """Return the share heeded in the last days, or of the last IGNORED_LEAST where these days have fewer.

    100 if there are too few to tell.
    """
    recent = sum(fired >= now_utc_ms - days * DAY_MS for fired, _ in told)
    if len(told) < IGNORED_LEAST:
        return 100
    judged = told[-max(recent, IGNORED_LEAST) :]
    return 100 * sum(heeded for _, heeded in judged) / len(judged)


def asks_diary(
    asked: Sequence[tuple[dt.date, bool]], written: Iterable[dt.date], today: dt.date
) -> bool:
    """Return whether the diary's question is due today: less and less often while nobody uses the diary.

    `asked`: (day, it was answered) of earlier days' questions, oldest first. `written`: days on which the patient wrote
    in the diary, asked or not.
    """
    used = max([*written, *(day for day, answered in asked if answered)], default=None)
    unused = [day for day, _ in asked if used is None or day > used]
    if not unused:
        return True
    every = next(days for least, days in reversed(_DIARY_EVERY) if len(unused) >= least)
    return (today - unused[-1]).days >= every
