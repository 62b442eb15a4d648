"""Option `--service` of `poise wear`: the dashboard beside the runner."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import PoiseError
from ..language import _
from ..setup.acts import Setup
from ..store import Store
from ..wear import Runner
from .context import clock

_log = logging.getLogger(__name__)


@dataclass
class Site:
    """The dashboard beside the runner. `asked`: the user wants it, so that its absence is an error.

    `new_setup` makes what leads a new user; None for no such page.
    """

    wanted: bool
    port: int | None
    asked: bool | None
    told: Callable[[str], None] = field(
        default=lambda _url: None
    )  # gets each address of the dashboard, "" at its end
    new_setup: Callable[[Runner, Store], Setup] | None = None

    async def serve(self, runner: Runner, store: Store) -> None:
        """Serve until cancelled. An error of the dashboard becomes a warning, and the runner goes on."""
        if not self.wanted:
            return
        try:
            from ..dashboard.server import serve
        except ImportError:
            if self.asked:
                runner.live.warn("dashboard", _("The dashboard is not installed."))
            return
        try:
            setup = self.new_setup(runner, store) if self.new_setup else None
            await serve(
                runner, store, clock=clock(), port=self.port or 0, told=self.told, setup=setup
            )
        except PoiseError as error:
            runner.live.warn("dashboard", error.told)
        except Exception as error:  # noqa: BLE001 (a page must never take the log and the reminders with it)
            runner.live.warn("dashboard", _("The dashboard has ended: {error}").format(error=error))
            _log.exception("the dashboard has ended")
        finally:
            self.told("")
