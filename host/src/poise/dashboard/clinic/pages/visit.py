"""A patient's visit: what happened since the last one, what asks for attention, and what the rules suggest."""

import asyncio

from .... import language
from ....errors import PoiseError
from ....history.visit import Visit, visit
from ....language import formats
from ....words import clinic as words
from ....words import suggestions as suggestion_words
from ...context import PageContext
from ...parts import bullets, card, el, empty, message, rows
from ..comparepart import Comparison
from ..context import desk
from ..donepart import Done
from ..layout import patient_frame
from ..letterspart import Letters
from ..morepart import show_more
from ..stopspart import Stops
from ..timelinepart import TimeLine


async def page(patient_id: int) -> None:
    """Draw the page."""
    with patient_frame(patient_id, "visit", goes=True) as here:
        if here is None:
            return
        reading = el("p", words.READING, "muted", role="status")
        try:
            with language.speaking():  # the thread knows no page
                found = await asyncio.to_thread(visit, here.store, here.clock.utc_ms())
        except PoiseError as error:
            message(error.told, "warm")
            return
        finally:
            reading.delete()
        if found.lived.plan_fault:
            message(found.lived.plan_fault, "warm")
        for each in desk().said.pop(patient_id, []):
            message(each)
        with el("div", classes="grid"):
            _happened(found)
            _who(here, found)
            _attention(found)
            _advice(found)
            Stops(here).show()
            if (folder := desk().folder) is not None:
                Letters(here, folder).show()
        with el("div", classes="stack after"):
            TimeLine(here.store, found.lived, found.now.first).show()
            Comparison(here.store, found).show()
            Done(here).show()
            show_more(here)


def _happened(found: Visit) -> None:
    title = words.SINCE if found.since else words.SINCE_NONE
    with card(title, "two-thirds", words.period(found.now)):
        if not found.now.days:
            empty(words.NOTHING_YET, words.NOTHING_YET_DO)
            return
        still_open = sum(stop.cleared is None for stop in found.lived.stops)
        bullets(words.sentences(found.now, found.diary.before, still_open), "told")


def _who(here: PageContext, found: Visit) -> None:
    lived = found.lived
    plan = words.WHO_NO_PLAN
    if lived.held and lived.plans:
        last = lived.plans[-1]
        plan = words.WHO_PLAN_VALUE.format(
            mark=last.mark,
            version=lived.held.plan.version,
            who=last.who,
            since=formats.long_date(last.day),
        )
    visits = words.WHO_FIRST
    if lived.visits:
        last_visit = lived.visits[-1]
        visits = f"{formats.long_date(last_visit.day)}, {last_visit.text}".rstrip(", ")
    with card(words.WHO, "third"):
        rows(
            [
                (words.WHO, here.store.patient.name),
                (words.WHO_PLAN, plan),
                (words.WHO_CLIP, ", ".join(lived.clips) or words.WHO_NO_CLIP),
                (words.WHO_LAST, visits),
            ]
        )


def _attention(found: Visit) -> None:
    with card(words.ATTENTION, "half"):
        if not found.flags:
            el("p", words.ATTENTION_NONE)
            return
        bullets((words.flag(each) for each in found.flags), "flags")


def _advice(found: Visit) -> None:
    with card(words.ADVICE, "half", words.ADVICE_NOTE):
        if found.advice is None:
            el("p", words.ADVICE_STOPPED)
            return
        if not found.advice:
            el("p", words.ADVICE_NO_PLAN)
            return
        with el("ul", classes="bullets"):
            for one in found.advice:
                name = one.exercise.shown_name if one.exercise else words.PROGRAMME
                with el("li"):
                    el("p", suggestion_words.line(name, one.suggestion, one.exercise))
                    for why in words.reasons(one.suggestion, one.done, one.prescribed):
                        el("p", why, "small muted")
