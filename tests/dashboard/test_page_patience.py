"""A page that is late is shown late: NiceGUI's own three seconds made a server error of it."""

import nicegui.ui

from poise.dashboard import pages


def test_every_page_has_time(monkeypatch):
    told = []
    monkeypatch.setattr(
        nicegui.ui,
        "page",
        lambda address, **more: told.append((address, more)) or (lambda page: page),
    )
    pages.register()
    assert len(told) >= 7
    assert all(more["response_timeout"] >= 30 for _, more in told)
