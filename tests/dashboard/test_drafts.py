"""What was begun and not saved is there again, whichever way the page was left."""

import datetime as dt

import pytest

from poise.dashboard.context import PageContext
from poise.store.diary import DiaryRow

from .clicks import choose, until


def begin(page) -> None:
    choose(page, "headache", "yes")
    choose(page, "strength", "6")
    choose(page, "neck", "3")
    choose(page, "medicine", "triptan")
    page.fill("#note", "after the long drive")
    page.select_option("#kind", "injection")
    page.fill("#words", "left side")


def assert_there(page) -> None:
    assert page.is_checked("input[name=headache][value=yes]")
    assert page.is_checked("input[name=strength][value='6']")
    assert page.is_checked("input[name=neck][value='3']")
    assert page.is_checked("input[name=medicine][value=triptan]")
    assert not page.is_checked("input[name=medicine][value=simple]")
    assert page.input_value("#note") == "after the long drive"
    assert page.input_value("#kind") == "injection"
    assert page.input_value("#words") == "left side"


def _by_links(visitor) -> None:
    visitor.page.click(".to-plan")
    visitor.page.wait_for_url("**/plan")
    visitor.page.click(".to-diary")
    visitor.page.wait_for_url("**/diary")


def _by_back(visitor) -> None:
    visitor.page.click(".to-plan")
    visitor.page.wait_for_url("**/plan")
    visitor.page.go_back()


def _by_back_and_forward(visitor) -> None:
    visitor.open("/plan")
    visitor.open("/diary")
    visitor.page.go_back()
    visitor.page.go_forward()


def _by_reload(visitor) -> None:
    visitor.page.reload()


def _by_keys(visitor) -> None:
    visitor.page.focus("input[name=neck][value='3']")
    visitor.page.keyboard.press("h")
    visitor.page.wait_for_url("**/help")
    visitor.settled()  # a key that comes before the page is there does nothing
    visitor.page.keyboard.press("3")
    visitor.page.wait_for_url("**/diary")


def _by_another_day(visitor) -> None:
    visitor.page.click("text=Yesterday")
    visitor.page.wait_for_selector("#drafts")
    assert not visitor.page.is_checked("input[name=headache][value=yes]")
    visitor.page.click("#drafts a")
    visitor.page.wait_for_selector("#discard")


def _by_a_new_socket(visitor) -> None:
    # The server has forgotten what the page acknowledges: a link that asked for it again would reload the page.
    visitor.page.wait_for_function("window.ackedMessageId === window.nextMessageId")
    # Else the handshake of the old socket would count for the new one.
    visitor.page.evaluate("window.did_handshake = false; window.socket.io.engine.close()")


def _by_a_forgotten_page(visitor) -> None:
    # A link to a server that does not know the page any more loads the page anew.
    with visitor.page.expect_navigation():
        visitor.forgotten()


WAYS = (_by_links, _by_back, _by_back_and_forward, _by_reload, _by_keys, _by_another_day,
        _by_a_new_socket, _by_a_forgotten_page)  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__[4:])
def test_an_unsaved_entry_outlives(visit, context: PageContext, way):
    visitor = visit()
    page = visitor.open("/diary")
    begin(page)
    way(visitor)
    page.wait_for_selector("#save")
    visitor.settled()
    assert_there(page)
    page.click("#save")
    page.wait_for_selector(".message.good")
    (row,) = context.store.diary.days(context.today(), context.today())
    assert (row.headache, row.headache_nrs, row.neck_nrs) == (True, 6, 3)
    assert (row.medication, row.note) == (("triptan",), "after the long drive")
    page.click("#add")
    page.wait_for_selector(".lines li")
    (kept,) = context.store.treatments.between(context.today(), context.today())
    assert (kept.kind, kept.text) == ("injection", "left side")
    assert page.input_value("#words") == ""


def test_what_the_server_never_heard_is_told_again(visit, context: PageContext):
    visitor = visit()
    page = visitor.open("/diary")
    page.evaluate("window.did_handshake = false")
    choose(page, "headache", "yes")
    choose(page, "neck", "3")
    choose(page, "medicine", "triptan")
    page.fill("#note", "after the long drive")
    visitor.open("/diary")
    page.wait_for_selector("label:has(input[name=strength][value='6'])")  # it is heard now
    page.click("#save")
    page.wait_for_selector(".message.good")
    (row,) = context.store.diary.days(context.today(), context.today())
    assert (row.headache, row.neck_nrs, row.medication) == (True, 3, ("triptan",))
    assert row.note == "after the long drive"


def test_a_window_that_was_closed(visit, context: PageContext):
    first = visit()
    begin(first.open("/diary"))
    until(first.page, lambda: context.drafts.of(f"happened {context.today()}").values.get("text"))
    first.page.goto("about:blank")
    assert_there(visit().open("/diary"))


def test_saved_or_discarded_it_is_no_draft_any_more(visit, context: PageContext):
    visitor = visit()
    page = visitor.open("/diary")
    choose(page, "neck", "3")
    page = visitor.open("/diary")
    page.click("#discard")
    page.wait_for_selector("#discard", state="detached")
    assert not page.is_checked("input[name=neck][value='3']")
    choose(page, "neck", "4")
    page.click("#save")
    page.wait_for_selector(".message.good")
    choose(page, "neck", "5")
    visitor.page.reload()
    visitor.settled()
    assert page.is_checked("input[name=neck][value='5']")
    page.click("#save")
    page.wait_for_selector(".message.good")
    assert "Before: neck pain 4/10" in page.inner_text(".message.good")
    page = visitor.open("/diary")
    assert not page.query_selector("#discard")
    assert not context.drafts.unsaved("")


def test_a_digit_on_a_scale_is_no_page(visit):
    visitor = visit()
    page = visitor.open("/diary")
    choose(page, "neck", "3")
    choose(page, "medicine", "triptan")
    for name in ("neck", "medicine", "theme"):
        page.focus(f"input[name={name}] >> nth=0")
        page.keyboard.type("1234567")
    assert page.url == visitor.root + "/diary"
    assert page.is_checked("input[name=neck][value='3']")


def test_what_was_written_elsewhere_meanwhile_stays(visit, context: PageContext):
    page = visit().open("/diary")
    day, now = context.today(), context.clock.utc_ms()
    context.store.diary.put(DiaryRow(day, True, 7, None, ("triptan",), "", now, False, "terminal"))
    choose(page, "neck", "3")
    page.click("#save")
    page.wait_for_selector(".message.good")
    (row,) = context.store.diary.days(day, day)
    assert (row.headache_nrs, row.neck_nrs, row.medication) == (7, 3, ("triptan",))


def test_words_of_a_window_stay_when_another_one_adds(visit, context: PageContext):
    today = context.today()
    first, second = visit().open("/diary"), visit().open(f"/diary?day={today - dt.timedelta(1)}")
    first.fill("#words", "left side")
    second.fill("#words", "right side")
    second.click("#add")
    second.wait_for_selector(".lines li")
    assert first.input_value("#words") == "left side"
    first.click("#add")
    first.wait_for_selector(".lines li >> nth=1")
    kept = context.store.treatments.between(today - dt.timedelta(1), today)
    assert [(row.day, row.text) for row in kept] == [
        (today - dt.timedelta(1), "right side"),
        (today, "left side"),
    ]


def test_what_is_removed_can_be_brought_back(visit, context: PageContext):
    context.store.treatments.add(context.today(), "visit", "first", context.clock.utc_ms())
    page = visit().open("/diary")
    page.fill("#words", "half a word")
    page.click(".lines button")
    page.wait_for_selector(".lines", state="detached")
    assert page.input_value("#words") == "half a word"
    page.click("#bring-back")
    page.wait_for_selector(".lines li")
    assert not page.query_selector("#removed")
    (row,) = context.store.treatments.between(context.today(), context.today())
    assert row.text == "first"


def test_words_for_a_stop_outlive_a_look_elsewhere(visit, context: PageContext):
    visitor = visit()
    page = visitor.open("/help")
    page.fill("#unwell", "dizzy")
    visitor.open("/plan")
    assert visitor.open("/help").input_value("#unwell") == "dizzy"
    page.click("#stop")
    page.wait_for_selector(".hold")
    (hold,) = context.store.holds.open()
    assert hold.detail == "dizzy"
