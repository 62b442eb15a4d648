"""The steps of the set-up page: what each asks for, and the line of one that is done."""

import base64
import binascii
import datetime as dt
from collections.abc import Callable
from typing import Any

from ..coach.plan import outlook
from ..errors import PoiseError
from ..setup.acts import PLAN_MOST_BYTES, Setup
from ..setup.findings import Finding
from ..setup.steps import Step
from ..words import setup as words
from .context import context
from .pages.clip import Calibrating
from .parts import bullets, button, el, message, radios, steps

_PLAN_KINDS = ".toml,text/plain,application/toml"


def trouble(setup: Setup, step: Step) -> None:
    """Draw what went wrong in the last try of the step, and its cure."""
    found = setup.trouble.get(step)
    if found is not None and setup.busy is not step:
        finding(found)


def finding(found: Finding) -> None:
    """Draw a finding: what is the matter, with its further lines as a list, then what to do."""
    first, *others = found.text.splitlines() or [""]
    with el("div", classes="message warm stack", role="status"):
        el("p", f"{first[:1].upper()}{first[1:].rstrip('.')}.", "lead")
        if others:
            bullets(others)
        if found.cure:
            el("p", found.cure.replace("`", ""))


def done_line(step: Step, setup: Setup) -> str:
    """Return the line of a step that is done."""
    if step is Step.PLAN:
        current = context().store.plans.current()
        return words.PLAN_DONE.format(mark=current.mark, who=current.who) if current else ""
    if step is Step.FIND and setup.heard and setup.heard.clips:
        return words.FIND_FOUND.format(setup.wanted or setup.heard.clips[0].name)
    return words.DONE[step.value]


def _find(setup: Setup) -> None:
    if setup.busy is Step.FIND:
        message(words.FIND_BUSY)
        return
    names = [clip.name for clip in setup.heard.clips] if setup.heard else []
    if len(names) > 1:
        _which(setup, names)
        return
    el("p", words.FIND_DO)
    with el("div", classes="row"):
        again = setup.heard is not None
        button(words.FIND_AGAIN if again else words.FIND_BUTTON, setup.look, "primary", id="look")


def _which(setup: Setup, names: list[str]) -> None:
    chosen = {"name": setup.wanted if setup.wanted in names else names[0]}
    options = [(name, name) for name in names]

    def choose(name: str) -> None:
        chosen["name"] = name

    radios("which", words.FIND_WHICH, options, chosen["name"], choose)
    with el("div", classes="row"):
        mine = words.FIND_MINE
        button(mine, lambda: setup.choose(str(chosen["name"])), "primary", id="mine")
        button(words.FIND_AGAIN, setup.look, id="look")


def _pair(setup: Setup) -> None:
    if setup.busy is Step.PAIR:
        message(words.PAIR_BUSY)
        return
    steps(words.PAIR_DO)
    with el("div", classes="row"):
        button(words.PAIR_BUTTON, setup.pair, "primary", id="pair")


def _upright(setup: Setup) -> None:
    el("p", words.UPRIGHT_DO)
    if not setup.facts().connected:
        _connecting()
        return
    Calibrating().body()


def _connecting() -> None:
    """Say that the clip is not connected, and why where the user has to do something."""
    live = context().live
    why = live.warnings.get("link", "") if live else ""
    message(why.replace("`", "") or words.UPRIGHT_CONNECTING, "warm" if why else "good")


def _plan(setup: Setup) -> None:
    if setup.offered is not None:
        _offered(setup)
        return
    el("p", words.PLAN_DO)
    refused = el("div")

    def brought(event: Any) -> None:
        name, raw = _file(event.args)
        if raw is None:
            refused.clear()
            with refused:
                message(words.PLAN_TOO_LARGE, "warm")
            return
        setup.offer(raw, name)

    reads = f"poise.file(e, {PLAN_MOST_BYTES}, emit)"
    with el("div", classes="drop") as place:
        el("label", words.PLAN_CHOOSE, for_="plan-file")
        chosen = el("input", type="file", id="plan-file", accept=_PLAN_KINDS)
        chosen.on("change", brought, js_handler=f"(e) => {reads}")
        el("p", words.PLAN_DROP, "muted", aria_hidden="true")
    place.on("drop", brought, js_handler=f"(e) => {{ e.preventDefault(); {reads}; }}")
    el("p", words.PLAN_WITHOUT, "small muted")


def _file(given: Any) -> tuple[str, bytes | None]:
    """Return the name and the bytes of a file that the browser read; None for one that is too large."""
    name, text = str(given["name"])[:200], given["base64"]
    if not isinstance(text, str) or len(text) > 2 * PLAN_MOST_BYTES:
        return name, None
    try:
        return name, base64.b64decode(text, validate=True)
    except binascii.Error:
        return name, None


def _offered(setup: Setup) -> None:
    assert setup.offered is not None
    _, plan = setup.offered
    day = dt.datetime.fromtimestamp(context().clock.utc_ms() / 1000, plan.timezone).date()
    el("p", words.PLAN_FROM.format(therapist=plan.therapist, patient=plan.patient), "lead")
    bullets(outlook.line(each) for each in plan.current)
    for each in outlook.warnings(plan, day):
        message(each, "warm")
    with el("div", classes="row"):
        button(words.PLAN_USE, setup.use, "primary", id="use-plan")
        button(words.PLAN_NOT, setup.withdraw, id="not-this")


def _remind(setup: Setup) -> None:
    if setup.busy is Step.REMIND:
        message(words.REMIND_BUSY)
        return
    el("p", words.REMIND_DO)
    with el("div", classes="row"):
        button(words.REMIND_BUTTON, setup.install, "primary", id="at-login")
        button(words.REMIND_TEST, lambda: test(), id="notify")
    said = el("div", role="status")

    async def test() -> None:
        found = await setup.notify()
        if said.is_deleted:
            return  # the page has drawn this part again
        said.clear()
        with said:
            if found is None:
                message(words.REMIND_TEST_SAID)
                return
            finding(found)
            el("p", words.REMIND_ANYWAY)

    el("p", words.REMIND_WITHOUT, "small muted")


def _buzz(setup: Setup) -> None:
    el("p", words.BUZZ_DO)
    with el("div", classes="row"):
        button(words.BUZZ_BUTTON, lambda: buzz(), "primary", id="buzz")
    said = el("div", classes="stack", role="status")

    async def buzz() -> None:
        said.clear()
        fault, is_linked = "", True
        try:
            is_linked = await context().buzz()
        except PoiseError as error:
            fault = error.told
        if said.is_deleted:
            return  # the page has drawn this part again
        with said:
            if fault:
                message(fault, "warm")
                return
            if not is_linked:
                _connecting()
                return
            message(words.BUZZ_ASK)
            with el("div", classes="row"):
                button(words.BUZZ_YES, lambda: setup.felt(buzzed=True), "primary", id="felt")
                button(words.BUZZ_NO, lambda: setup.felt(buzzed=False), id="felt-nothing")


BODIES: dict[Step, Callable[[Setup], None]] = {
    Step.FIND: _find,
    Step.PAIR: _pair,
    Step.UPRIGHT: _upright,
    Step.PLAN: _plan,
    Step.REMIND: _remind,
    Step.BUZZ: _buzz,
}
