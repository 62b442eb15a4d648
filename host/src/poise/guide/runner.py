"""Runs one exercise session on a clip's motion stream: the same for `poise exercise` and the dashboard."""

from collections.abc import Callable
from typing import Any, Protocol

from ..clip import ClipClient
from ..clock import Clock
from ..coach.cues import View

RATE_HZ = 52  # of the motion stream: the most that a clip sends


class Feed(Protocol):
    """Where the angles come from. `wear.Runner` is one; `ClientFeed` makes one of a client."""

    @property
    def client(self) -> ClipClient | None:
        """The connected clip's client; None without a link."""
        ...

    def subscribe_motion(
        self, callback: Callable[[dict[str, Any]], None], rate_hz: int
    ) -> Callable[[], None]:
        """Calls back with each motion frame; what it returns ends that."""
        ...


class SessionRunner:
    """One session, from the question about pain to the stored row.

    Made with what `poise.coach.prescription` makes of a plan's exercise. `feed` None: no clip, the timer guides and
    the wearer reports. `on_change` is called with the new `view` at every change that a page would show (up to 52
    times a second while angles come); `on_safety` once when the programme is put on hold.

    ```
    runner = SessionRunner(wear_runner, prescription, clock, store, on_change=page.show, via="dashboard")
    task = asyncio.create_task(runner.run())     # ends with the session; its result is the SessionRow's number
    runner.answer_pain(2)                        # when view.phase is PAIN_BEFORE or PAIN_AFTER (after: None, not told)
    runner.pause(); runner.resume()              # at any time
    runner.answer_reps(8)                        # when view.phase is REPS_DONE: nothing was seen, the wearer tells
    runner.stop()                                # ends the exercise; the pain is asked, what was done is kept
    runner.unwell()                              # at any moment: stop, hold "unwell", view.phase is SAFETY
    runner.close_safety()                        # the safety page was read: run() ends
    ```

    Cancelling `run()` keeps what was done until then (outcome "partly"); nothing more is asked.
    Raises PoiseError from `run()`: ON_HOLD (a stop is open), BAD_INPUT (today's most is reached), STORE_*.
    A link that is lost is no error: the session waits in phase LOST until frames come again or it is stopped.
    """

    view: View

    def __init__(
        self,
        feed: Feed | None,
        prescription: Any,
        clock: Clock,
        store: Any,
        on_change: Callable[[View], None] | None = None,
        via: str = "terminal",
    ) -> None:
        raise NotImplementedError
