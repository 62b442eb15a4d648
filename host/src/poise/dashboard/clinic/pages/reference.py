"""Reference repetitions of one exercise, recorded with the therapist: slow repetitions with the clip at the head."""

import asyncio

from nicegui import Client

from .... import language
from ....aio import end
from ....coach.plan import library
from ....coach.plan.exercise import Exercise
from ....coach.plan.plan import Plan
from ....coach.plan.prescription import for_reference, prescribe
from ....coach.safety import clinic_name
from ....errors import PoiseError, Reason
from ....guide import Feed
from ....language import _
from ....words import editor as words
from ...context import PageContext
from ...guided import Guided
from ...parts import button, card, drawn, el, link, message
from ...sessionpart import SessionPart
from ..context import desk
from ..layout import address_of, patient_frame
from ..whopart import who_field


def page(patient_id: int, exercise_id: str, client: Client) -> None:
    """Draw the page."""
    with patient_frame(patient_id, "plan") as here:
        if here is None:
            return
        plan = here.plan()
        exercise = plan.exercise(exercise_id) if plan else None
        if plan is None or exercise is None:
            message(words.REFERENCE_NOT_IN_PLAN, "warm")
        else:
            _Recording(client, here, plan, exercise).show()
        link(words.REFERENCE_BACK, address_of(patient_id, "/plan"))


class _Recording:
    """Content of one browser page: what to do, then the session in its place."""

    def __init__(self, client: Client, here: PageContext, plan: Plan, exercise: Exercise) -> None:
        self.client, self.here, self.plan, self.exercise = client, here, plan, exercise
        self.place = el("div", classes="stack")
        self.task: asyncio.Task[None] | None = None
        client.on_delete(self._left)

    def show(self, said: str = "") -> None:
        """Draw what to do, and the button that begins."""
        self.place.clear()
        with self.place:
            if said:
                message(said, "warm")
            with card(self.exercise.shown_name, note=words.REFERENCE_HOW):
                if self.exercise.library:
                    drawn(library.drawing_svg(self.exercise.library), "drawing small")
                who_field("by", words.BY)
                with el("div", classes="row"):
                    button(words.REFERENCE_BEGIN, self._begin, "primary", id="begin")

    def _begin(self) -> None:
        if self.task is None or self.task.done():
            self.place.clear()
            with self.place:
                message(words.REFERENCE_SEARCH)
            with language.speaking():  # its task keeps the page's
                self.task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            who = clinic_name(desk().therapist, self.plan.patient)
            async with desk().feed() as feed:
                await self._record(feed, who)
        except PoiseError as error:
            with self.place:
                self.show(error.told)

    async def _record(self, feed: Feed, who: str) -> None:
        client = feed.client
        assert client is not None and client.identity is not None, "it was opened just now"
        if client.identity.clip_id not in self.here.store.clips.ids():
            raise PoiseError(
                Reason.OTHER_PATIENT,
                _("this clip is not with {patient}").format(patient=self.here.store.patient.name),
                _("Plug it in, and say on the list of patients whose it is."),
            )
        site = (await client.status())["site"]
        asked = for_reference(prescribe(self.plan, self.exercise, site, self.here.plan_id))
        guided = Guided(feed, asked, self.here.clock, self.here.store, self.here.zone(), who=who)
        self.here.guided = guided
        part = SessionPart(guided, self.client, self.place, self._ended)
        leave = guided.watch(part.changed)
        try:
            with self.place:
                part.draw()
            await guided.ended()
        finally:
            leave()
            await guided.close()

    def _ended(self) -> None:
        with self.place:
            self.show()

    async def _left(self) -> None:
        if self.task:
            await end(self.task)
