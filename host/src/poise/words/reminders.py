"""Words about how reminders come: the question, the choices, and what waits."""

from ..coach.reminders.choice import Choice, How
from ..language import _, formats, wording

TITLE = "How should reminders be?"
ASKED = (
    "For two weeks hardly any reminder had an answer, so fewer come. Choose how they should be. Your plan stays as it "
    "is, and you can choose again at any time."
)
ASKED_TERMINAL = "For two weeks hardly any reminder had an answer, so fewer come. Choose: poise reminders --help."
CHANGE = "How reminders come"
NOW = "Now: {}."
LEGEND = "Reminders of exercises"
OPTIONS = {
    How.PLANNED: "As the plan says, fewer as the habit holds",
    How.SELDOM: "Fewer: about one in four",
    How.TIMES: "At other times of day",
    How.BUZZ: "Only the clip's buzz, nothing on this computer",
    How.NONE: "None, and no question for the diary",
}
TIME = "Time {}"
SOUND = "With a sound"
SAVE = "Save"
SAVED = "Saved. Reminders: {}."
NONE_CHOSEN = "You chose no reminders."
WAITS = "A reminder waits: {}."
SHORT = {
    How.PLANNED: "as the plan says",
    How.SELDOM: "fewer, about one in four",
    How.TIMES: "at {}",
    How.BUZZ: "only the clip's buzz",
    How.NONE: "none",
}


def in_words(choice: Choice) -> str:
    """Return the choice within a sentence, such as "at 09:00 and 17:30"."""
    times = _(" and ").join(formats.time(time) for time in choice.times)
    return _(SHORT[choice.how]).format(times)


wording.translate(__name__)
