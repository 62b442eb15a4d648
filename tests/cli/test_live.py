"""The live view shows a plan's text and a clip's as text."""

import io

import pytest
from rich.console import Console

from poise.cli.live import view
from poise.notify import Notice
from poise.wear import Live

MARKUP = "[/b] [bold red]chin[/] tuck [link=file:x]here"


@pytest.mark.parametrize("where", ["title", "text", "warning", "link"])
def test_what_is_shown_is_no_markup(where: str) -> None:
    live = Live()
    if where in ("title", "text"):
        words = {"title": "Exercises", "text": "Now", where: MARKUP}
        live.reminder = Notice(1, words["title"], words["text"])
    else:
        setattr(live, where, MARKUP)
    console = Console(file=io.StringIO(), width=120)
    console.print(view(live))
    assert isinstance(console.file, io.StringIO)
    assert MARKUP in console.file.getvalue()
