"""Words of the choice to hear of the clip's events at once."""

from ..language import wording

NAME = "Events at once"
TEXT = (
    "This computer hears of the clip's nudges, reminders and faults within seconds. Without it, it hears of them when "
    "the clip next looks up: within a minute, or five when it has been away."
)
COST = "Its Bluetooth then listens all the time; the clip's battery hardly notices."
SWITCH = "Tell this computer at once"
ON = "The clip learns it at its next look-up."
OFF = "The clip learns it at its next look-up. Its events wait for a look-up again."

wording.translate(__name__)
