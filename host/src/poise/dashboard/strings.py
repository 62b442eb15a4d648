"""Every text of the dashboard, for translation; coach/safety.py has those that are about safety.

Neutral words: a count is told, never judged. What one clip measures is a tilt of where it is worn.
"""

import datetime as dt

APP = "Poise"
HOME = "Poise, to Today"
SKIP = "Skip to the page"
MENU = "Menu"
NAV_LABEL = "Pages"
NAV = {
    "today": "Today",
    "exercise": "Exercise",
    "diary": "Diary",
    "trends": "Trends",
    "plan": "Plan",
    "clip": "Clip",
    "help": "Help and safety",
}
THEME = "Colours"
THEMES = {"auto": "Auto", "light": "Light", "dark": "Dark"}

REFUSED_HOST = "This address is not the dashboard's."
REFUSED_ORIGIN = "Another site asked for this. It is refused."
REFUSED_TITLE = "Poise needs its own address"
REFUSED_TOKEN = (
    "Each address of the dashboard lets one browser in, once. Run <code>poise dashboard</code> for a new one: it opens "
    "the page by itself."
)

HOLD_TITLE = "The exercises are stopped"
HOLD_TEXT = "Since {since}, because of {reason}. Your therapist decides when to go on."
HOLD_LINK = "Warning signs, and what to do"

MINUTES = "{} min"
HOURS = "{} h {:02} min"
DASH = "—"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def when(moment: dt.datetime) -> str:
    """A moment."""
    return f"{date(moment.date())}, {moment:%H:%M}"


def date(day: dt.date) -> str:
    """A day."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def short_date(day: dt.date) -> str:
    """A day without its weekday."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def weekday(day: dt.date) -> str:
    """The day of the week, in three letters."""
    return _DAYS[day.weekday()]


# --- Help and safety

HELP_EMERGENCY = "Call the emergency number now"
HELP_EMERGENCY_TEXT = "If you notice any of these, do not wait and do not exercise:"
HELP_STOP = "Stop, and call your therapist or doctor"
HELP_STOP_TEXT = "Before any more exercise, if you notice:"
HELP_ASK = "Ask first"
HELP_ASK_TEXT = "Talk to your doctor before you use Poise with any of these:"
HELP_WEAR = "Wearing the clip"
HELP_UNWELL = "I feel unwell"
HELP_UNWELL_TEXT = "This stops the programme at once: no exercise and no exercise reminder until your therapist ends the stop."
HELP_UNWELL_LABEL = "What do you notice? (you may leave this empty)"
HELP_UNWELL_BUTTON = "Stop the programme"
HELP_UNWELL_DONE = "The programme is stopped. If a sign on this page is there, call now."
HELP_STOPPED = (
    "The programme is stopped already. Your therapist ends the stop: poise safety clear --by NAME"
)
HELP_READ = "I have read this"
HELP_KEYS = "Keys"
HELP_KEYS_LIST = (
    ("h or ?", "this page, from everywhere"),
    ("1 to 7", "the pages, in their order"),
    ("Tab, Enter, Space", "move and choose"),
)
HELP_KEYS_SWITCH = "Single keys work"
HELP_ABOUT = "What the clip shows"
HELP_ABOUT_TEXT = (
    "The clip shows how far your collar or your head is tilted compared with your own start position. It is not a "
    "measure of your spine, discs, muscle load or damage. No posture is dangerous. A buzz is a good moment to move."
)
