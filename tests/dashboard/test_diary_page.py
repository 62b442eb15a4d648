"""The diary in a real browser: what is chosen there is in the store."""

import datetime as dt

from poise.dashboard.context import PageContext

from .clicks import choose


def test_a_day_in_a_few_clicks(visit, context: PageContext):
    page = visit().open("/diary")
    choose(page, "headache", "yes")
    choose(page, "strength", "6")
    choose(page, "neck", "3")
    choose(page, "medicine", "triptan")
    page.fill("#note", "after the long drive")
    page.click("#save")
    page.wait_for_selector(".message.good")
    (row,) = context.store.diary.days(context.today(), context.today())
    assert (row.headache, row.headache_nrs, row.neck_nrs) == (True, 6, 3)
    assert (row.medication, row.note) == (("triptan",), "after the long drive")
    assert (row.via, row.backfilled) == ("dashboard", False)
    assert "yes, 6 of 10" in page.inner_text("table")


def test_no_headache_has_no_strength(visit, context: PageContext):
    page = visit().open("/diary")
    choose(page, "headache", "yes")
    choose(page, "strength", "6")
    choose(page, "headache", "no")
    page.wait_for_selector("input[name=strength]", state="hidden")
    page.click("#save")
    page.wait_for_selector(".message.good")
    (row,) = context.store.diary.days(context.today(), context.today())
    assert (row.headache, row.headache_nrs) == (False, None)


def test_nothing_is_kept_of_nothing(visit, context: PageContext):
    page = visit().open("/diary")
    page.click("#save")
    page.wait_for_selector(".message.warm")
    assert not context.store.diary.days(context.today(), context.today())


def test_a_day_longer_ago_is_marked(visit, context: PageContext):
    day = context.today() - dt.timedelta(5)
    page = visit().open(f"/diary?day={day}")
    choose(page, "headache", "no")
    page.click("#save")
    page.wait_for_selector(".message.good")
    (row,) = context.store.diary.days(day, day)
    assert row.backfilled
    assert "written later" in page.inner_text("table")


def test_a_change_keeps_both(visit, context: PageContext):
    visitor = visit()
    for neck in ("2", "7"):
        page = visitor.open("/diary")
        choose(page, "neck", neck)
        page.click("#save")
        page.wait_for_selector(".message.good")
    assert [row.neck_nrs for row in context.store.diary.changes(context.today())] == [2, 7]


def test_a_day_to_come_is_today(visit, context: PageContext):
    visitor = visit()
    for asked in (context.today() + dt.timedelta(2), "nonsense"):
        assert visitor.open(f"/diary?day={asked}").input_value("#day") == str(context.today())


def test_a_note_is_never_markup(visit, context: PageContext):
    visitor = visit()
    page = visitor.open("/diary")
    evil = "<img src=x onerror=\"document.title='gone'\"><script>document.title='gone'</script>"
    page.fill("#note", evil)
    choose(page, "neck", "1")
    page.click("#save")
    page.wait_for_selector(".message.good")
    page = visitor.open("/diary")
    assert evil in page.inner_text("table")
    assert page.input_value("#note") == evil
    assert page.locator("table img, table script").count() == 0
    assert page.title() == "Diary · Poise"


def test_what_else_happened(visit, context: PageContext):
    page = visit().open("/diary")
    page.select_option("#kind", "injection")
    page.fill("#words", "left side")
    page.click("#add")
    page.wait_for_selector(".lines li")
    assert "Injection" in page.inner_text(".lines")
    (row,) = context.store.treatments.between(context.today(), context.today())
    assert (row.kind, row.text) == ("injection", "left side")
    page.click(".lines button")
    page.wait_for_selector(".lines", state="detached")
    assert not context.store.treatments.between(context.today(), context.today())
