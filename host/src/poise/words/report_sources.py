"""The words of the report's last part: where its numbers come from, and how each one is made."""

from ..language import wording

SOURCE = "Where the numbers come from"
SOURCE_CLIP = "Clip"
SOURCE_CLIP_NONE = "no clip"
SOURCE_FIRMWARE = "Firmware of the clip"
SOURCE_SOFTWARE = "Software"
SOURCE_PLAN = "Plan in force now"
SOURCE_CLIP_UNTIL = "Log of the clip until"
SOURCE_DIARY_UNTIL = "Diary until"
SOURCE_PERIOD = "Days of this report"
SOURCE_ZONE = "Time zone of the days"
MAKING = "How each number is made"
MAKING_HEADS = ("number", "how it is made")
MAKING_ROWS = (
    (
        "Headache days in 28",
        "Days with a headache, of the days on which the patient answered the question; times 28. Given only if at least"
        " {logged} days, and half of the period, were logged.",
    ),
    (
        "Change since",
        "This period less the earlier one. The 95 % interval (Newcombe) takes the days as independent; neighbouring"
        " days resemble each other, so the true one is wider. Before: as many days right before this period. First 28"
        " days: from the first entry of the diary on.",
    ),
    (
        "Headache strength, neck pain",
        "Median of the days that were rated, 0 to 10. A change up to {nrs_error} is within the measuring error of such"
        " a rating (Young 2019); it is told only if at least {rated} days were rated on each side.",
    ),
    (
        "Medicine days in 28",
        "Days on which the patient noted acute medicine, of the days logged; times 28; by class as ICHD-3 8.2 counts"
        " them. A day with two classes counts in both. Preventives are not asked for.",
    ),
    (
        "Scores",
        "As entered by the therapist; Poise holds the totals alone. The change is the latest score less the first.",
    ),
    (
        "Exercises prescribed",
        "Each moment of an exercise that had come, by the plan in force at it. Days ill, away or stopped are left out.",
    ),
    (
        "Exercises done",
        "Sensed: the clip followed the movement. Partly sensed: it saw a part. Self-reported: the patient's word. Never"
        " more than was prescribed; whether the clip was worn plays no part.",
    ),
    (
        "Clip worn",
        "Minutes in which the clip was on a person: moving, near neutral or bent forward. Of all hours up to now.",
    ),
    (
        "P10, P50, P90",
        "Angles below which 10, 50 and 90 % of the measured time lies, from the time in six classes of tilt. Measured:"
        " worn, with a start position taken.",
    ),
    (
        "Bent forward, 20° and more",
        "Time in the classes from 20° on, of the measured time.",
    ),
    (
        "Held past the set limit",
        "How often a tilt was held for longer than the limit set in the plan, as the clip noted it.",
    ),
    (
        "Stops",
        "Stops of the programme by pain, a warning sign or feeling unwell, until a therapist ends them. One that was"
        " taken back at once as a mis-tap is left out.",
    ),
)
ERRORS = "Errors and meaningful changes of the measures"
ERRORS_HEADS = ("measure", "measuring error", "smallest meaningful change")
ERROR_NONE = "not known"
ERROR_NOT_COMPARED = "not compared: it is a rating of change"

wording.translate(__name__)
