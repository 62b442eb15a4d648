"""Exercise page: today's exercises, and the guided session of one of them."""

from collections.abc import Callable, Sequence

from nicegui import Client

from ...coach.plan import library
from ...coach.plan.exercise import Exercise
from ...coach.plan.prescription import Prescription, prescribe
from ...errors import PoiseError
from ...guide import keeping
from ...history.adherence import today_of
from ...words import strings
from ..context import context
from ..emergency import warning_signs
from ..guided import VIA, Guided
from ..layout import frame, stops_changed
from ..parts import button, card, drawn, el, empty, link, message
from ..seen import hold_while_seen
from ..sessionpart import COUNT, SessionPart

Choice = tuple[str, Callable[[], None], str]  # a button's text, action, id


def page(client: Client) -> None:
    """Draw the page. A session under way is joined, whichever page began it."""
    with frame("exercise"):
        _Exercises(client).show()


class _Exercises:
    """Content of one browser page: the list, or the session in its place."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._place = el("div", classes="stack")
        self._leave: Callable[[], None] | None = None
        client.on_connect(lambda: self._seen(True))
        client.on_disconnect(lambda: self._seen(False))
        client.on_delete(self._left)
        hold_while_seen(client)

    def show(self) -> None:
        """Draw the session that is under way, or else the list."""
        guided = context().guided
        if guided and not guided.over:
            self._session(guided)
        else:
            self._list()

    def _clear(self) -> None:
        self._left()
        self._place.clear()

    def _left(self) -> None:
        if self._leave:
            self._leave()
            self._leave = None

    def _seen(self, yes: bool) -> None:
        """Tell the session if somebody can look at this page now."""
        guided = context().guided
        if guided is None or guided.over:
            return
        guided.seen(self) if yes and self._leave else guided.unseen(self)

    # --- the list

    def _list(self, said: str = "", kind: str = "good", choices: Sequence[Choice] = ()) -> None:
        self._clear()
        with self._place:
            if said:
                message(said, kind)
            if choices:
                with el("div", classes="row"):
                    for words, act, name in choices:
                        button(words, act, id=name)
            plan = context().plan()
            if plan is None:
                empty(strings.EX_NO_PLAN, strings.EX_NO_PLAN_DO)
                return
            if context().holds():
                with card(strings.EX_STOPPED, note=strings.EX_STOPPED_TEXT):
                    link(strings.HOLD_LINK, "/help")
                return
            if not context().has_read and not context().store.sessions.history():
                self._read_first()
                return
            el("p", strings.EX_LIST_NOTE, "muted")
            el("p", self._clip_words(), "small muted")
            for each in plan.precautions:
                message(each, "warm")
            for exercise in plan.current:
                self._exercise(exercise)

    def _read_first(self) -> None:
        def read() -> None:
            context().has_read = True
            self._list()

        with card(strings.EX_READ, "alarm", strings.EX_READ_TEXT):
            warning_signs()
            with el("div", classes="row"):
                button(strings.EX_READ_DONE, read, "primary", id="read")

    def _clip_words(self) -> str:
        live = context().live
        if live and live.connected:
            return strings.EX_CLIP_YES.format(site=strings.CLIP_SITES[live.site])
        if live and live.resting:
            return strings.EX_CLIP_RESTS
        return strings.EX_CLIP_NO

    def _exercise(self, exercise: Exercise) -> None:
        asked = _prescription(exercise)
        with (
            card(exercise.shown_name),
            el("div", classes="exercise" if exercise.library else "plain"),
        ):
            if exercise.library:
                drawn(library.drawing_svg(exercise.library), "drawing")
            with el("div", classes="words"):
                el("p", exercise.dose, "lead")
                with el("div", classes="row"):
                    el("span", _today(exercise), "badge")
                    source = asked.source if self._with_clip() else "self_reported"
                    el("span", strings.SOURCE[source], "badge")
                el("p", exercise.shown_instructions, "instructions")
                if exercise.precaution:
                    message(exercise.precaution, "warm")
                with el("div", classes="row"):
                    label = strings.EX_START_LABEL.format(exercise.shown_name)
                    button(
                        strings.EX_START,
                        lambda: self._start(asked),
                        "primary start",
                        aria_label=label,
                    )
                    label = strings.EX_REPORT_LABEL.format(exercise.shown_name)
                    button(
                        strings.EX_REPORT, lambda: self._report(asked), "quiet", aria_label=label
                    )

    @staticmethod
    def _with_clip() -> bool:
        live = context().live
        return bool(live and live.connected)

    def _report(self, asked: Prescription, *, sure: bool = False) -> None:
        here = context()
        now = here.clock.utc_ms()
        times = keeping.times_at_most(here.store, asked, now, here.zone())
        if times and not sure:
            question = strings.report_most(asked.shown_name, times)
            yes = (strings.EX_REPORT_YES, lambda: self._report(asked, sure=True), "once-more")
            self._list(question, "warm", (yes, (strings.EX_REPORT_NO, self._list, "no-more")))
            return
        try:
            number = keeping.keep_report(here.store, asked, keeping.Report(now), now, VIA)
        except PoiseError as error:
            self._list(error.told, "warm")
            return
        undo = (strings.EX_REPORT_UNDO, lambda: self._undo(number, asked.shown_name), "undo")
        self._list(strings.EX_REPORTED.format(asked.shown_name), choices=(undo,))

    def _undo(self, number: int, name: str) -> None:
        keeping.remove_report(context().store, number, context().clock.utc_ms())
        self._list(strings.EX_REPORT_UNDONE.format(name))

    def _start(self, asked: Prescription) -> None:
        here = context()
        if here.guided and not here.guided.over:  # another page has just begun a session
            self._session(here.guided)
            return
        try:
            keeping.check_start(here.store, asked, here.clock.utc_ms(), here.zone())
        except PoiseError as error:
            self._list(error.told, "warm")
            return
        here.drafts.of(COUNT).drop()  # from the session before
        self._session(here.begin(asked))

    # --- a session

    def _session(self, guided: Guided) -> None:
        self._clear()
        part = SessionPart(guided, self._client, self._place, self._ended)
        self._leave = guided.watch(part.changed)
        if self._client.has_socket_connection:
            guided.seen(self)
        part.draw()

    def _ended(self) -> None:
        stops_changed()
        self._list()


def _prescription(exercise: Exercise) -> Prescription:
    here = context()
    live = here.live
    site = live.site if live else "unknown"
    known = here.store.references.latest(exercise.id, site)
    measures = known.measures if known else None
    return prescribe(here.plan(), exercise, site, here.plan_id, measures)


def _today(exercise: Exercise) -> str:
    here = context()
    plan = here.plan()
    assert plan is not None, "the exercise is the plan's"
    done, planned = today_of(here.store, plan, exercise, here.clock.utc_ms())
    words = strings.EX_DONE_TODAY if planned else strings.EX_DONE_MORE
    return words.format(done, done=done, planned=planned)
