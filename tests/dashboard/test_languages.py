"""The pages in another language, in a real browser: nothing stays in English, and each browser has its own."""

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import write_po
from playwright.sync_api import Page

from poise import language
from poise.clinic.tray import Docked, State, Tray
from poise.coach.plan.plan import parse_plan
from poise.dashboard.clinic import site
from poise.dashboard.clinic.context import ClinicDesk
from poise.dashboard.context import PageContext
from poise.dashboard.doors import refused
from poise.dashboard.layout import PAGES
from poise.dashboard.speaking import answering, of_page
from poise.language import formats, tags
from poise.language.catalogue import catalogue
from poise.setup.acts import Means, Setup
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.wear import Runner
from poise.words import strings
from tests.support.accessibility import violations
from tools import messages

from .browser import PHONE

# Visible texts, and those that a screen reader says in their place.
SHOWN = """() => {
  const texts = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  // Not names of countries, not a plan's file, not commands, and not NiceGUI's own, which only show when it fails.
  const others = 'script, style, noscript, #country option:not([value=""]), .file, .command, .nicegui-error-popup';
  const seen = (e) => e && e.checkVisibility() && !e.closest(others);
  while (walk.nextNode()) if (seen(walk.currentNode.parentElement)) texts.push(walk.currentNode.textContent);
  const names = ['aria-label', 'title', 'alt', 'placeholder'];
  for (const e of document.querySelectorAll(names.map((name) => `[${name}]`))) {
    if (e.checkVisibility()) texts.push(...names.map((name) => e.getAttribute(name)).filter(Boolean));
  }
  return texts;
}"""
# One of these is there once a page of the clinic is drawn whole.
DRAWN = "#visit-done, .list, a[href='/clinic'].button, #sign, .code, a.target[href$='/plan']"
BRACKETED = re.compile(r"\[[^\[\]]*\]")
UNITS = re.compile(r"\b(min|h|s|ms|mg|Hz|PDF|CSV)\b|\bP\d0\b")


@pytest.fixture
def bracketed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In place of German each text in brackets."""
    made = messages.template()
    made.locale = "de"
    for each in made:
        if each.id:
            each.string = (
                f"[{each.id}]" if isinstance(each.id, str) else tuple(f"[{one}]" for one in each.id)
            )
    with (tmp_path / "de.po").open("wb") as file:
        write_po(file, made)
    catalogue.cache_clear()
    monkeypatch.setattr(tags, "CATALOGUES", tmp_path)
    yield
    catalogue.cache_clear()


@pytest.fixture
def lived(history_file: Path, tmp_path: Path) -> Iterator[Store]:
    own = shutil.copy(history_file, tmp_path / "lived.db")
    with Store.open(own) as store:
        yield store


@pytest.fixture
def setup(lived: Store) -> Setup:
    async def none_near() -> list:
        return []

    async def shown() -> None:
        pass

    runner = Runner(lambda: pytest.fail("not connected here"), lived, SystemClock())
    means = Means(
        none_near, lambda _name: pytest.fail("no clip"), lambda _name: None, lambda: False, shown
    )
    made = Setup(lived, SystemClock(), runner, means)
    made.ended = True
    return made


def untranslated(page: Page, data: list[str]) -> list[str]:
    """The texts of the page with a letter outside brackets that is no data, unit, date or code in small type."""
    found = []
    for text in page.evaluate(SHOWN):
        left = text
        while left != (left := BRACKETED.sub("", left)):
            pass
        for each in data:
            left = left.replace(each, "")
        left = UNITS.sub("", left)
        if re.search(r"[^\W\d_]{2}", left):
            found.append(text.strip())
    return found


def data_of(store: Store) -> list[str]:
    """What people wrote, names and dates: texts that no catalogue has."""
    found = {"Poise", "Europe/", "UTC", "UTC+"}
    for version in store.plans.history():
        plan = parse_plan(version.text)
        found |= {plan.patient, plan.therapist, plan.graduation.goal, plan.mark, version.who}
        found |= set(str(plan.timezone).split("/"))
        found |= {phase.name for phase in plan.phases}
        found |= {anchor.habit for each in plan.exercises for anchor in each.anchors}
        found |= {each.name for each in plan.exercises if not each.library}
    found |= {row.note for row in store.diary.days(dt.date(2000, 1, 1), dt.date(2099, 1, 1))}
    found |= {
        row.text for row in store.treatments.between(dt.date(2000, 1, 1), dt.date(2099, 1, 1))
    }
    found |= set(store.clips.ids())
    with language.speaking("de"):
        found |= {formats.weekday(n, width) for n in range(7) for width in ("abbreviated", "wide")}
        days = [dt.date(2026, month, 1) for month in range(1, 13)]
        found |= {formats.month(day).split()[0] for day in days}
        found |= {formats.short_date(day).split()[-1] for day in days}
        found |= {formats.long_date(day).split()[1] for day in days}
        found |= {formats.territory("DE"), formats.territory("AQ")}
    return sorted(filter(None, found), key=len, reverse=True)


@pytest.mark.usefixtures("bracketed")
def test_no_text_of_any_page_is_outside_the_catalogue(
    visit, server, lived: Store, setup: Setup, tmp_path: Path
):
    server.show(PageContext(lived, SystemClock(), setup._runner, setup))
    visitor = visit(locale="de-DE")
    data, left = [*data_of(lived), setup._runner.live.link], {}

    def look(page: Page, name: str) -> None:
        for summary in page.query_selector_all("details:not([open]) > summary"):
            summary.click()
        if found := untranslated(page, data):
            left[name] = found

    for address, name, _ in PAGES:
        look(visitor.open(address), name)
    look(visitor.open("/setup"), "setup")
    page = visitor.open("/exercise")
    page.click(".start")
    page.wait_for_selector("input[name=pain]")
    look(page, "question")
    page.click("label:has(input[name=pain][value='1'])")
    page.wait_for_selector("#pause")
    look(page, "session")
    page.click("#unwell")
    page.wait_for_selector("#read")
    look(page, "stopped")
    look(visitor.open("/"), "today, stopped")
    page.goto(visitor.root + "/report?days=28")
    look(page, "report")
    data += [hold.detail for hold in lived.holds.open()]  # as it is stored
    data += [hold.detail for hold in lived.holds.open()]  # as they are stored
    for address in clinic_of(lived, tmp_path):
        page.goto(visitor.root + address)
        if not address.endswith("/copy"):
            visitor.settled()
        page.wait_for_selector(DRAWN)
        look(page, address)
    assert not {text for texts in left.values() for text in texts}


def clinic_of(store: Store, folder: Path) -> list[str]:
    """Addresses of the clinic's pages, which show this store, with a clip in the tray in every state."""
    tray = Tray(store, list, lambda _port: pytest.fail("no clip"), SystemClock())
    for state in State:
        one = Docked(state.value, state, store.clips.ids()[0], came=3, expected=9, opened=True)
        tray.docked[state.value] = one
    tray.docked[State.BRINGING].left_s = 130.0
    site.application(ClinicDesk(store, SystemClock(), tray, folder))
    own = f"/clinic/patient/{store.patient_id}"
    return [
        "/clinic",
        own,
        f"{own}/plan",
        f"{own}/plan/copy",
        f"{own}/reference/nod",
        f"{own}/reference/none",
        "/clinic/patient/99",
    ]


def test_a_german_browser_gets_german_and_another_one_english(visit, server, lived: Store):
    server.show(PageContext(lived, SystemClock()))
    german, english = visit(PHONE, locale="de-AT"), visit()
    for address, key, _ in PAGES:
        page = german.open(address)
        assert page.evaluate("document.documentElement.lang") == "de-AT"
        with language.speaking("de-AT"):
            assert page.inner_text("h1") == strings.NAV[key]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, key
        assert key not in ("today", "exercise", "help") or not violations(page), key
    page = english.open("/")
    assert page.inner_text("h1") == "Today"
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    assert [row.value for row in lived.preferences.history("language")] == ["de-AT", "en-GB"]


@pytest.mark.parametrize(
    ("header", "lang", "words"),
    [
        ("de-AT,en;q=0.5", "de-AT", "Poise braucht seine eigene Adresse"),
        ("fr", "en-GB", "Poise needs its own address"),
    ],
)
def test_the_page_that_lets_nobody_in_speaks_its_browsers_language(
    header: str, lang: str, words: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(language, "_ways", [of_page])
    with answering(header):
        page = refused()
    assert f'<html lang="{lang}">' in page and words in page
