"""Plan page: the therapist's prescription, its times and reasons, and its versions. The page changes nothing."""

from collections.abc import Iterator

from ...coach.plan import library
from ...coach.plan.days import told
from ...coach.plan.exercise import Exercise
from ...coach.plan.outlook import warnings
from ...coach.plan.plan import Plan, parse_plan
from ...errors import PoiseError
from ...language import _, formats
from ...setup.steps import Step
from ...store.plans import PlanVersion
from ...words import setup as words
from ...words import strings
from ..context import context
from ..layout import frame, to_setup
from ..parts import bullets, card, drawn, el, empty, message, more, rows, table


def page() -> None:
    """Draw the plan in force and its versions."""
    with frame("plan"):
        plan = context().plan()
        if plan is None:
            empty(strings.PLAN_NONE, strings.PLAN_NONE_DO)
            to_setup(words.PLAN_LINK, Step.PLAN)
            return
        with el("div", classes="grid"):
            with el("div", classes="stack two-thirds"):
                for each in warnings(plan, context().today()):
                    message(each)
                for exercise in plan.current:
                    _exercise(exercise)
            with el("div", classes="stack third"):
                _head(plan)
                if plan.precautions:
                    with card(strings.PLAN_CARE):
                        bullets(plan.precautions)
                _buzzes(plan)
                _versions()


def _exercise(exercise: Exercise) -> None:
    with card(exercise.shown_name), el("div", classes="exercise" if exercise.library else "plain"):
        if exercise.library:
            drawn(library.drawing_svg(exercise.library), "drawing")
        with el("div", classes="words"):
            rows(_facts(exercise))
            with more(strings.EX_HOW):
                el("p", exercise.shown_instructions)
            if exercise.library:
                with more(strings.PLAN_EVIDENCE):
                    el("p", _(library.entry(exercise.library).evidence))


def _facts(exercise: Exercise) -> Iterator[tuple[str, str]]:
    yield strings.PLAN_DOSE, exercise.dose
    yield strings.PLAN_TIMES, exercise.due.told
    yield strings.PLAN_DAYS, told(exercise)
    if exercise.precaution:
        yield strings.PLAN_CARE, exercise.precaution
    live = context().live
    site = live.site if live and live.site in strings.TILT else "head"
    seen = {library.source(each, site) for each in exercise.movements} or {"self_reported"}
    source = seen.pop() if len(seen) == 1 else "partly"
    limits = _(library.limits(exercise.movement, site))
    where = strings.CLIP_SITES.get(site, strings.CLIP_SITES["head"])
    known = strings.SOURCE[source]
    yield (
        strings.PLAN_SEEN,
        strings.PLAN_SEEN_TEXT.format(source=known, where=where, limits=limits),
    )


def _head(plan: Plan) -> None:
    current = context().store.plans.current()
    assert current is not None, "a plan is in force"
    with card(strings.PLAN_HEAD, "accent"):
        if plan.graduation.goal:
            el("p", plan.graduation.goal, "lead")
        if plan.phases:
            phase = plan.phases[plan.phase - 1]
            el("p", strings.PLAN_PHASE.format(number=plan.phase, of=len(plan.phases), name=phase.name))  # fmt: skip
        since = formats.date(context().local(current.when_utc_ms).date())
        el("p", strings.PLAN_VERSION.format(
            mark=plan.mark, version=plan.version, since=since, who=current.who
        ))  # fmt: skip
        el("p", strings.PLAN_CHANGES, "small")
        to_setup(words.PLAN_LINK, Step.PLAN)


def _buzzes(plan: Plan) -> None:
    nudge, reminders = plan.nudge, plan.reminders
    buzz = strings.PLAN_BUZZ_ON.format(nudge.threshold_deg) if nudge.enabled else strings.PLAN_BUZZ_OFF  # fmt: skip
    limit = strings.PLAN_BUZZ_LIMIT.format(hour=nudge.per_hour, day=nudge.per_day)
    quiet = strings.PLAN_SPAN.format(formats.time(plan.quiet_from), formats.time(plan.quiet_to))
    diary = formats.time(reminders.diary) if reminders.diary else strings.PLAN_BUZZ_OFF
    names = strings.PLAN_BUZZ_ROWS
    with card(strings.PLAN_BUZZ):
        rows(zip(names, (buzz, quiet, limit, diary), strict=True))


def _versions() -> None:
    history = context().store.plans.history()
    with card(strings.PLAN_HISTORY, note=strings.PLAN_HISTORY_NOTE):
        lines = [
            [_number(each), formats.date(context().local(each.when_utc_ms).date()), each.who]
            for each in history[:8]
        ]
        table(strings.PLAN_HISTORY_HEADS, lines, strings.PLAN_HISTORY)


def _number(version: PlanVersion) -> str:
    try:
        own = str(parse_plan(version.text).version)
    except PoiseError:  # written for another release
        own = strings.DASH
    return strings.PLAN_NUMBER.format(mark=version.mark, version=own)
