"""The settings that the runner gives the clip: the plan's, and which events this computer hears of at once."""

from collections.abc import Mapping

from ..clip.client import ClipClient
from ..coach.plan.plan import Plan
from ..wire import codec
from ..wire.plan_mark import clip_number

# Records after which the clip opens a radio window at once, for a computer that hears of events at once. A press of
# the button needs none: the clip is on the air after it.
AT_ONCE = ("nudge", "reminder", "fault")


def wanted_settings(plan: Plan | None, at_once: bool | None) -> dict[str, int]:
    """Return setting -> value (wire ENUMS "setting"). `at_once`: None leaves the clip's events as they are."""
    found: dict[str, int] = {}
    if plan is not None:
        found = {**plan.nudge.settings(), "plan_version": clip_number(plan.content_hash)}
    if at_once is not None:
        codes = [codec.record_layout(kind).code for kind in AT_ONCE if at_once]
        found["at_once_records"] = sum(1 << code for code in codes)
    return found


async def give_settings(client: ClipClient, wanted: Mapping[str, int]) -> None:
    """Write the settings that the clip has otherwise. Raises PoiseError."""
    for key, value in wanted.items():
        if (await client.request("setting_get", key=key))["value"] != value:
            await client.request("setting_set", key=key, value=value)
