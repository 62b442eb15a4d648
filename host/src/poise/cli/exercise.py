"""Command `poise exercise`: one of the plan's exercises, guided by the clip or a timer."""

import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import dataclass

import typer

from ..clip.client import ClipClient
from ..coach import safety
from ..coach.plan import library
from ..coach.plan.days import parsed
from ..coach.plan.exercise import Exercise
from ..coach.plan.moments import utc_ms
from ..coach.plan.plan import Plan
from ..coach.plan.prescription import Prescription, for_reference, prescribe
from ..errors import PoiseError, Reason
from ..guide import ClientFeed, Feed, SessionRunner, keeping
from ..history.adherence import today_of
from ..history.plan_in_force import needed_plan
from ..language import _
from ..store import Store
from ..words import strings
from . import guiding
from .context import (
    NUMBER_MAX,
    ble_client,
    clip_at,
    clock,
    new_app,
    open_store,
    print_json,
    run,
    the_zone,
    usb_client,
)

app = new_app(_("Do one of the plan's exercises, guided by the clip or a timer."))
_NOON = dt.time(12)


@dataclass(frozen=True)
class Wish:
    """The user's request: `connect` None: without a clip; `reference`: the therapist's name."""

    connect: Callable[[], ClipClient] | None
    reference: str | None
    plain: bool


@app.command()
def exercise(
    exercise_id: str = typer.Argument(None, metavar="[ID]", help=_("Its id; --list has them.")),
    *,
    listing: bool = typer.Option(
        False, "--list", help=_("The plan's exercises, and today's count.")
    ),
    no_clip: bool = typer.Option(False, "--no-clip", help=_("A timer guides; your word counts.")),
    site: str = typer.Option(None, "--site", help=_("With --list: for a clip at head or collar.")),
    reference: str = typer.Option(
        None,
        "--reference",
        metavar="NAME",
        help=_("Record the yardstick, with the therapist NAME."),
    ),
    report: int = typer.Option(None, "--report", help=_("So many were done already, unguided.")),
    pain_before: int = typer.Option(None, "--pain-before", help=_("With --report: 0 to 10.")),
    pain_after: int = typer.Option(None, "--pain-after", help=_("With --report: 0 to 10.")),
    day: str = typer.Option(None, "--day", help=_("With --report: YYYY-MM-DD; else now.")),
    again: bool = typer.Option(
        False, "--again", help=_("With --report: really, beyond the plan's most a day.")
    ),
    remove: int = typer.Option(
        None, "--remove", min=1, max=NUMBER_MAX, help=_("Take the report of this number back.")
    ),
    clip: str = typer.Option(None, "--clip", help=_("Its name or the end of it.")),
    usb: bool = typer.Option(False, "--usb", help=_("Over USB instead of Bluetooth.")),
    port: str = typer.Option(None, "--port", help=_("Serial port, for USB.")),
    plain: bool = typer.Option(
        False, "--plain", help=_("Lines in and out instead of the live view.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("With --list: for scripts.")),
) -> None:
    """Do one exercise: its pace, its repetitions, its hold; pain before and after. `poise exercise --list`."""
    with open_store() as store:
        plan, plan_id = _plan(store)
        if listing:
            _list(store, plan, site or "head", as_json=as_json)
            return
        if remove is not None:
            _remove(store, remove)
            return
        chosen = _chosen(plan, exercise_id)
        if report is not None:
            told = (report, pain_before, pain_after)
            _report(store, (plan, plan_id), chosen, told, day, again=again)
            return
        connect = None
        if not no_clip:
            connect = (lambda: usb_client(port)) if usb or port else (lambda: ble_client(clip))
        wish = Wish(connect, reference, plain or not sys.stdin.isatty())
        safety.refuse_on_hold(store.holds.open())
        if not store.sessions.history():
            guiding.read_first()
        run(_guide(store, plan, plan_id, chosen, wish))


def _plan(store: Store) -> tuple[Plan, int]:
    found = needed_plan(store)
    return found.plan, found.plan_id


def _chosen(plan: Plan, wanted: str | None) -> Exercise:
    """Return the exercise with this id, or the only one, or the one that the user picks."""
    found = plan.current
    if wanted is None and len(found) > 1 and sys.stdin.isatty():
        for number, each in enumerate(found, 1):
            typer.echo(f"{number}  {each.shown_name}: {each.dose}")
        number = typer.prompt(_("Which one"), type=int)
        if 1 <= number <= len(found):
            return found[number - 1]
    fitting = [each for each in found if wanted in (None, each.id)]
    if len(fitting) == 1:
        return fitting[0]
    ids = ", ".join(each.id for each in found)
    what = (
        _("no exercise '{wanted}' in the plan").format(wanted=wanted)
        if wanted
        else _("the plan has several exercises")
    )
    raise PoiseError(Reason.BAD_INPUT, what, _("Name one: {ids}.").format(ids=ids))


# --- without guidance


def _list(store: Store, plan: Plan, site: str, *, as_json: bool) -> None:
    told = []
    for each in plan.current:
        known = store.references.latest(each.id, site)
        asked = prescribe(plan, each, site, reference=known.measures if known else None)
        done, planned = today_of(store, plan, each, clock().utc_ms())
        told.append(
            {
                "id": each.id,
                "name": each.name,
                "dose": each.dose,
                "site": site,
                "source": asked.source,
                "limits": asked.blocks[0].limits,
                "done_today": done,
                "planned_today": planned,
            }
        )
    if as_json:
        print_json(told)
        return
    for one in told:
        source = strings.SOURCE[one["source"]]
        typer.echo(f"{one['id']}: {library.in_language(one['name'])}, {one['dose']}")
        typer.echo(
            "    "
            + _("{done} of {planned} today; {at_site}: {source}, {limits}").format(
                done=one["done_today"],
                planned=one["planned_today"],
                at_site=clip_at(site),
                source=source,
                limits=_(one["limits"]),
            )
        )


def _report(
    store: Store,
    in_force: tuple[Plan, int],
    chosen: Exercise,
    told: tuple[int, int | None, int | None],
    day: str | None,
    *,
    again: bool,
) -> None:
    plan, plan_id = in_force
    now = clock().utc_ms()
    when = now if day is None else _moment(plan, chosen, day, now)
    asked = prescribe(plan, chosen, "unknown", plan_id)
    safety.refuse_on_hold(store.holds.open())
    times = keeping.times_at_most(store, asked, when, plan.timezone)
    if (
        times
        and not again
        and not _once_more(
            _("{name} was done {times} times that day, the most that the plan allows").format(
                name=chosen.shown_name, times=times
            )
        )
    ):
        typer.echo(_("Nothing is noted."))
        return
    number = keeping.keep_report(store, asked, keeping.Report(when, *told), now, "terminal")
    typer.echo(
        _(
            "Noted, as you told us: {name}, {done} of {prescribed}. By mistake? poise exercise --remove {number}"
        ).format(
            name=chosen.shown_name,
            done=told[0],
            prescribed=asked.reps_prescribed,
            number=number,
        )
    )
    if store.holds.open():
        guiding.stopped()
    elif rise := safety.pain_rise(told[1], told[2]):
        typer.echo(strings.EX_CUES["pain_rose"].format(rise=rise))


def _once_more(most: str) -> bool:
    """Ask for confirmation beyond the plan's most sessions a day. Raises PoiseError BAD_INPUT without a terminal."""
    if sys.stdin.isatty():
        return typer.confirm(_("{most}. Really once more?").format(most=most), default=False)
    raise PoiseError(Reason.BAD_INPUT, most, _("If it really was once more, say so with --again."))


def _remove(store: Store, number: int) -> None:
    if not keeping.remove_report(store, number, clock().utc_ms()):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("no report {number}").format(number=number),
            _("Each --report tells its number. What was guided is not taken back."),
        )
    typer.echo(_("Report {number} is taken back.").format(number=number))


def _moment(plan: Plan, chosen: Exercise, day: str, now_utc_ms: int) -> int:
    """Return that day at the exercise's first time, UTC milliseconds.

    Raises PoiseError BAD_INPUT for a time to come.
    """
    date = parsed(day)
    time = chosen.anchors[0].time if chosen.anchors else _NOON
    when = utc_ms(plan, date, time)
    if when > now_utc_ms:
        raise PoiseError(
            Reason.BAD_INPUT, _("{day} is still to come").format(day=day), _("Give a day before.")
        )
    return when


# --- guided


async def _guide(store: Store, plan: Plan, plan_id: int, chosen: Exercise, wish: Wish) -> None:
    if wish.connect is None:
        await _session(store, _asked(store, plan, plan_id, chosen, "unknown", wish), None, wish)
        return
    async with ClientFeed(wish.connect) as feed:
        client = feed.client
        assert client is not None, "it was opened just now"
        site = (await client.status())["site"]
        await _session(store, _asked(store, plan, plan_id, chosen, site, wish), feed, wish)


def _asked(
    store: Store, plan: Plan, plan_id: int, chosen: Exercise, site: str, wish: Wish
) -> Prescription:
    known = store.references.latest(chosen.id, site)
    asked = prescribe(plan, chosen, site, plan_id, known.measures if known else None)
    return for_reference(asked) if wish.reference else asked


async def _session(store: Store, asked: Prescription, feed: Feed | None, wish: Wish) -> None:
    talk = guiding.Lines() if wish.plain else guiding.Screen()
    runner = SessionRunner(
        feed,
        asked,
        clock(),
        store,
        talk.changed,
        via="terminal",
        on_told=talk.hear,
        zone=the_zone(store),
        who=wish.reference or "",
    )
    number = await talk.play(runner)
    guiding.summarise(runner, asked, number)
