"""The link to the clip, held while somebody looks at a page that needs it."""

from collections.abc import Callable

from nicegui import Client, ui

from .context import context


def hold_while_seen(client: Client) -> None:
    """Hold the link while this page is on a screen: not behind another tab, and not once it is closed."""
    release: list[Callable[[], None]] = []

    def see(seen: bool) -> None:
        runner = context().runner
        if seen and runner and not release:
            release.append(runner.hold())
        elif not seen and release:
            release.pop()()

    client.on_connect(lambda: see(True))
    client.on_disconnect(lambda: see(False))
    client.on_delete(lambda: see(False))
    ui.on("poise-seen", lambda event: see(bool(event.args)))
