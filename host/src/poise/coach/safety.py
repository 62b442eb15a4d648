"""Safety: warning signs, whom to call, and stops that hold until a therapist ends them. Static text, pure.

Sources: SNNOOP10 (Do, Neurology 2019), the 5 Ds and 3 Ns, the IFOMPT framework (Rushton, JOSPT 2023), for a lay
reader. No code here, and no code that uses this module, grades a symptom, calls one harmless, or ends a stop by itself.
docs/patients/safety.md holds the same text; a test compares the two.
"""

import unicodedata
from collections.abc import Sequence
from typing import Protocol

from ..errors import PoiseError, Reason
from ..language import _, wording
from .plan.pain import MODERATE_PAIN, STOP_AT_PAIN

PAIN_RISE = 2  # points above the pain before: the therapist should know if it lasts a day
TAKE_BACK_S = 10.0  # a mis-tapped stop can be taken back within this time
TAKE_BACK_MS = round(1_000 * TAKE_BACK_S)

DISCLAIMER = (
    "Poise is a training log and a reminder. It does not diagnose or treat headache, cannot tell whether a symptom "
    "is serious, and does not replace your clinician. Prototype: not a cleared or CE-marked medical device."
)

EMERGENCY = (
    "a sudden headache, the worst ever or like a thunderclap",
    "new severe pain in the neck or head, unlike any before, especially after an injury or a sudden movement of the "
    "neck",
    "a drooping face, weakness of an arm or leg, trouble speaking or swallowing",
    "double vision or loss of vision, a drooping eyelid or a small pupil, a painful red eye with headache",
    "a sudden fall without warning, collapse, confusion, seizure, new unsteadiness",
    "headache with fever and a stiff neck",
)

STOP = (
    "dizziness, nausea, numbness or tingling of the face, arms or legs",
    "clumsy hands or walking, new bladder or bowel trouble",
    "a headache that clearly worsens from week to week, or a new one at 50 or older",
    "headache with cancer, immune suppression, pregnancy or after birth; after a head injury; brought on "
    "by position, coughing or effort",
    "pain that runs down the arm, pain at night, unexplained weight loss",
)

NOT_COMPLETE = (
    "These lists are not complete: something can be wrong without any of these signs. Only your therapist can say when "
    "to go on after a stop."
)

ASK_FIRST = (
    "Neck surgery or fracture within a year, rheumatoid arthritis, Down syndrome, myelopathy, known artery disease, "
    "a disorder of connective tissue, osteoporosis with fracture, an implanted cardiac or nerve device (magnet and "
    "motor in the clip), under 18, pregnancy."
)

WEARING = (
    "Not while driving, sleeping, bathing or charging. No lanyard. Where vibration sets off your migraine, wear the "
    "clip at the collar or have the buzz turned off in the plan. Take it off when skin reddens or the cell gets "
    "warm or swells."
)

REASONS = {
    "pain": f"pain of {STOP_AT_PAIN} or more",
    "red_flag": "a warning sign",
    "unwell": "not feeling well",
}


# Names that are no therapist's: words for the patient, and for nobody in particular.
_NOT_THE_CLINIC = frozenset(
    {
        *(
            "patient",
            "patients",
            "wearer",
            "user",
            "client",
            "person",
            "self",
            "myself",
            "yourself",
        ),
        *(
            "me",
            "i",
            "we",
            "us",
            "you",
            "mine",
            "my",
            "own",
            "nobody",
            "noone",
            "none",
            "no",
            "one",
        ),
        *("unknown", "anonymous", "anyone", "anybody", "someone", "somebody", "na"),
    }
)
_SMALL_WORDS = frozenset(
    ("the", "a", "an", "by", "of", "for", "and", "is", "am", "it", "s", "mr", "mrs", "ms", "n")
)


def clinic_name(given: str, patient: str = "") -> str:
    """Return the therapist's name as the store keeps it. Raises PoiseError BAD_INPUT for no name or the patient's own.

    A name does not show who typed it. This check refuses only names that are plainly not a therapist's.
    """
    name = " ".join(given.split())
    words, own = _words(name), _words(patient)
    theirs = _NOT_THE_CLINIC | set(own) | _SMALL_WORDS
    if any(each.isalnum() for each in name) and not set(words) <= theirs:
        return name
    if set(words) - _SMALL_WORDS or (words and words == own):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{name}' is not who can decide this").format(name=name),
            _("Only your therapist decides this: talk to them, then give their name with --by."),
        )
    raise PoiseError(Reason.BAD_INPUT, _("no name"), _("Give the therapist's with --by."))


def _words(name: str) -> list[str]:
    """Return the words in small letters, without accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    # Without accents and invisible characters.
    shown = (each for each in plain if unicodedata.category(each) not in ("Mn", "Cf"))
    return "".join(each if each.isalnum() else " " for each in shown).split()


class Hold(Protocol):
    """The fields read of a stop: `store.holds.HoldRow` has them."""

    @property
    def hold_id(self) -> int:
        """Number of the stop in the store."""
        ...

    @property
    def reason(self) -> str:
        """Key of REASONS."""
        ...

    @property
    def cleared_utc_ms(self) -> int | None:
        """Moment at which the therapist ended the stop, UTC milliseconds; None while it is open."""
        ...


class Raised(Protocol):
    """The fields that `can_be_mistap` reads of a stop: `store.holds.HoldRow` has them."""

    @property
    def via(self) -> str:
        """The interface through which the stop was raised."""
        ...

    @property
    def raised_utc_ms(self) -> int:
        """Moment at which the stop was raised, UTC milliseconds."""
        ...


def can_be_mistap(hold: Raised, via: str, now_utc_ms: int) -> bool:
    """True if this open stop can be a mis-tap: raised through the same interface `via`, at most TAKE_BACK_MS ago."""
    return hold.via == via and 0 <= now_utc_ms - hold.raised_utc_ms <= TAKE_BACK_MS


def on_hold(holds: Sequence[Hold]) -> bool:
    """True if any of these stops is open."""
    return any(hold.cleared_utc_ms is None for hold in holds)


def refuse_on_hold(holds: Sequence[Hold]) -> None:
    """Raise PoiseError ON_HOLD when a stop is open. The error names the reason and the way on."""
    stop = next((hold for hold in holds if hold.cleared_utc_ms is None), None)
    if stop is None:
        return
    raise PoiseError(
        Reason.ON_HOLD,
        _("The exercises are stopped ({reason}).").format(
            reason=_(REASONS.get(stop.reason, stop.reason))
        ),
        _(
            "Talk to your therapist, who ends the stop: by a letter, or here by `poise safety clear --by NAME`. "
            "Warning signs: `poise safety`."
        ),
    )


def pain_rise(before: int | None, after: int | None) -> int:
    """Return the rise of pain over an exercise if it is PAIN_RISE or more, which the therapist should know; else 0."""
    if before is None or after is None or after - before < PAIN_RISE:
        return 0
    return after - before


def is_moderate(pain: int | None) -> bool:
    """True if this pain, 0 to 10, means doing less."""
    return pain is not None and MODERATE_PAIN <= pain < STOP_AT_PAIN


def stops_for_pain(pain: int) -> bool:
    """True if this pain, 0 to 10, stops the programme."""
    return pain >= STOP_AT_PAIN


wording.translate(__name__)
