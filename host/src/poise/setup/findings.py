"""Findings: one check of this computer each, with what to do. `poise doctor` and the page that sets up share them."""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ..clip.transport.ble import Found
from ..errors import PoiseError
from ..language import N_
from ..store import Store
from ..store.plans import PlanVersion
from ..words import setup as words

Look = Callable[[], Awaitable[Sequence[Found]]]
Fact = str | int | float | bool | None


@dataclass(frozen=True)
class Finding:
    """One check. `text` says how it is, `cure` what to do. `needed`: daily use does not work without it.

    `what` is its English name, which `_` translates where it is shown. `facts` are for scripts and for a bug report:
    figures and words of programs, and nothing that tells of a person.
    """

    what: str
    ok: bool
    text: str
    needed: bool = True
    cure: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])

    @property
    def told(self) -> str:
        """The finding and its cure, each a sentence."""
        return f"{self.text.rstrip('.')}. {self.cure}" if self.cure else self.text

    def as_json(self) -> dict[str, Any]:
        """Return the finding for scripts."""
        return asdict(self) | {"text": self.told}


def of_error(what: str, error: PoiseError, *, needed: bool = True) -> Finding:
    """Return the finding of a check that failed with this error."""
    return Finding(
        what, False, str(error).rstrip("."), needed, error.hint, {"reason": error.reason.value}
    )


@dataclass(frozen=True)
class Heard:
    """What one look on the radio gave: about the radio, about the clip, and the clips, the nearest first."""

    radio: Finding
    clip: Finding
    clips: tuple[Found, ...] = ()


async def listen(look: Look) -> Heard:
    """Look for clips on the radio."""
    try:
        clips = tuple(await look())
    except PoiseError as error:
        radio = of_error("Bluetooth", error)
        where = words.FINDING_BLUETOOTH_WHERE.get(sys.platform, "")
        radio = replace(radio, cure=f"{radio.cure} {where}".rstrip())
        return Heard(radio, no_clip())
    radio = Finding("Bluetooth", True, words.FINDING_BLUETOOTH)
    if not clips:
        return Heard(radio, no_clip())
    names = ", ".join(clip.name for clip in clips)
    clip = Finding(
        N_("clip"),
        True,
        words.FINDING_CLIP_HEARD.format(names),
        needed=False,
        facts={"clips": len(clips), "rssi_dbm": clips[0].rssi_dbm},
    )
    return Heard(radio, clip, clips)


def no_clip() -> Finding:
    """Return the finding that no clip is heard."""
    return Finding(
        N_("clip"), False, words.FINDING_CLIP_NONE, needed=False, cure=words.FINDING_CLIP_CURE
    )


def connected() -> Finding:
    """Return the finding of a clip that a running `poise wear` holds: nobody else hears it then."""
    return Finding(N_("clip"), True, words.FINDING_CLIP_CONNECTED, needed=False)


def plan(store: Store) -> Finding:
    """Return whether a plan is in force."""
    current = store.plans.current()
    if current is None:
        return Finding(
            "plan", False, words.FINDING_PLAN_NONE, needed=False, cure=words.FINDING_PLAN_CURE
        )
    return Finding(N_("plan"), True, _named(current), needed=False)


def _named(current: PlanVersion) -> str:
    return words.FINDING_PLAN.format(current.mark, current.who)


def login(*, installed: bool, runs: bool) -> Finding:
    """Return whether Poise starts at each login (`installed`), and whether it `runs` now."""
    if installed:
        text = words.FINDING_LOGIN if runs else words.FINDING_LOGIN_STOPPED
        cure = "" if runs else words.FINDING_LOGIN_START
    else:
        text = words.FINDING_LOGIN_RUNS if runs else words.FINDING_LOGIN_NONE
        cure = words.FINDING_LOGIN_CURE
    return Finding(N_("login"), installed and runs, text, needed=False, cure=cure)


async def notifications(check: Callable[[], Awaitable[None]]) -> Finding:
    """Return whether this desktop shows notifications. `check` raises PoiseError where it does not."""
    try:
        await check()
    except PoiseError as error:
        return of_error(N_("notifications"), error, needed=False)
    return Finding(N_("notifications"), True, words.FINDING_NOTIFICATIONS, needed=False)
