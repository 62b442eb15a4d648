"""Which language a text is in, how it writes dates and numbers, and whether each catalogue is whole."""

import datetime as dt
import re
from typing import Any

import pytest
from babel.messages import Catalog
from babel.messages.checkers import num_plurals
from babel.messages.pofile import read_po

from poise import language
from poise.coach.plan.plan import parse_plan
from poise.errors import PoiseError
from poise.history.language_choice import keep_language, speak_as_kept
from poise.language import catalogue, formats, tags
from poise.store import Store
from poise.words import strings
from tests.support.plans import exercise, plan_text
from tools import messages

DAY = dt.date(2026, 11, 24)  # a Tuesday
LANGUAGES = [name for name in tags.languages() if name != "en"]
PLACES = re.compile(r"\{[^{}]*\}|</?\w+>|`[^`]*`")  # placeholders, markup, and what a user types


def known(name: str) -> Catalog:
    with messages.path_of(name).open("rb") as file:
        return read_po(file, locale=name)


# --- which one


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", "de-CH"),
        ("en-US,en;q=0.5", "en-US"),
        ("fr-FR, de;q=0.4, en;q=0.6", "en-GB"),
        ("de;q=0, en;q=0.1", "en-GB"),
        ("de", "de-DE"),
        ("zh-Hant-TW;q=1, DE_at;q=0.2", "de-AT"),
        ("fr", None),
        ("*", None),
        ("de;q=much", None),
        ("", None),
    ],
)
def test_a_browsers_header(header: str, tag: str | None):
    assert tags.of_header(header) == tag


def test_the_users_choice_precedes_a_page_and_a_page_the_program(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(language, "_ways", [lambda: None])
    language.set_default("tlh")
    assert language.current() == "en-GB"
    language.set_default("de-AT")
    assert strings.NAV["today"] == "Heute"
    language.add_way(lambda: "en-US")
    assert language.current() == "en-US"
    language.choose("de")
    assert language.current() == "de-DE"
    with language.speaking("en-GB"):
        assert strings.NAV["today"] == "Today"
    with pytest.raises(PoiseError, match="in 'tlh'"):
        language.choose("tlh")


def test_the_language_of_the_last_browser_is_kept_for_reminders(store: Store):
    speak_as_kept(store)
    assert language.current() == "en-GB"
    keep_language(store, "de-DE", "dashboard", 1)
    keep_language(store, "de-DE", "dashboard", 2)
    assert [row.chosen_utc_ms for row in store.preferences.history("language")] == [1]
    language.set_default("en-GB")
    speak_as_kept(store)
    assert language.current() == "de-DE"


# --- words, dates, numbers


def test_a_text_without_a_translation_stays_english():
    with language.speaking("de"):
        assert language._("no such text") == "no such text"
        assert language.ngettext("{} such thing", "{} such things", 2) == "{} such things"


def test_counted_things():
    with language.speaking("de"):
        assert [strings.medicine_days(count) for count in (0, 1, 2)] == [
            "0 Tage der letzten 30",
            "1 Tag der letzten 30",
            "2 Tage der letzten 30",
        ]


def test_an_exercise_of_the_library_is_translated_and_the_plans_own_is_not():
    own = exercise(id="x", name="Rest", instructions="Slowly.", reps=1, sets=2, hold_s=5)
    plan = parse_plan(plan_text(exercise(use="turn"), own))
    with language.speaking("de"):
        turning, resting = plan.current
        assert turning.shown_name == "Über die Schulter schauen"
        assert turning.shown_instructions.startswith("Sitzen Sie groß.")
        assert turning.shown_instructions.endswith("hören Sie bei 6 auf.")
        assert (resting.shown_name, resting.shown_instructions) == ("Rest", "Slowly.")
        assert resting.dose == "2 × 1 Wiederholung, 5 s halten"
    assert turning.shown_name == turning.name and turning.shown_instructions == turning.instructions


@pytest.mark.parametrize(
    ("tag", "date", "time", "number", "first"),
    [
        ("en-GB", "Tue 24 Nov", "18:30", "1.5", 0),
        ("en-US", "Tue, Nov 24", "6:30 PM", "1.5", 6),
        ("de-DE", "Di., 24. Nov.", "18:30", "1,5", 0),
    ],
)
def test_a_region_writes_dates_times_and_numbers_and_begins_its_week(
    tag: str, date: str, time: str, number: str, first: int
):
    with language.speaking(tag):
        assert formats.date(DAY) == date
        assert formats.time(dt.time(18, 30)).replace("\N{NARROW NO-BREAK SPACE}", " ") == time
        assert formats.number(1.5, 1) == number
        assert formats.week()[0] == first
        assert sorted(formats.week()) == list(range(7))


# --- catalogues


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_catalogue_has_the_texts_of_the_sources(name: str):
    """If not: `python -m tools.messages`, then translate what `--list` prints."""
    found = {_key(each.id) for each in messages.template() if each.id}
    assert {_key(each.id) for each in known(name) if each.id} == found


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_translation_has_the_places_of_its_text(name: str):
    read = known(name)
    wrong = [
        f"{text!r}: {translation!r}"
        for message in read
        if message.id
        for text, translation in _pairs(message.id, message.string)
        if translation
        and (
            sorted(set(PLACES.findall(text))) != sorted(set(PLACES.findall(translation)))
            or text[:1].isspace() != translation[:1].isspace()
            or text[-1:].isspace() != translation[-1:].isspace()
        )
    ]
    assert not wrong
    for message in read:
        num_plurals(read, message)
    assert catalogue.catalogue(name).gettext("no such text") == "no such text"


def _key(message_id: Any) -> tuple[str, ...]:
    return (message_id,) if isinstance(message_id, str) else tuple(message_id)


def _pairs(texts: Any, translations: Any) -> list[tuple[str, str]]:
    """Each plural form beside the text for many; the form for one may leave out the number."""
    if isinstance(texts, str):
        return [(texts, translations)]
    one, many = texts
    return [(one, translations[0]), *((many, each) for each in translations[1:])]
