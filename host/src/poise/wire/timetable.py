"""The timetable: the reminders of the coming days, as the host writes them and the clip keeps them.

A head, the last moment shown, the entries in order of their time, then the times of the reminders shown lately, move
breaks first. All times are UTC in whole seconds. A CRC-32 over all of it follows in the file; it is also the
timetable's identity.
"""

# The comments of this module are the text of docs/SPEC.md (`spec.py`).
FORMAT = 1

# The head.
HEAD = "<16BII8s"
FORMAT_AT = 0  # the number of this layout
ENTRIES = 1  # number of entries
SHOWN = 2  # number of times shown
BREAKS = 3  # of these, move breaks
WINDOW_MIN = 4  # the longest wait for a receptive moment
AGAIN_MIN = 5  # from an unanswered reminder to its repetition
BREAK_MIN = 6  # from a movement to the end of the natural break that it makes
PREFER_MIN = 7  # the longest wait for such a break
SNOOZE_MIN = 8  # from a snooze to the next showing
STILL_MIN = 9  # stillness before a move break; 0: never
BREAKS_A_DAY = 10  # move breaks in a day
PER_HOUR = 11  # reminders and nudges in an hour: they share the budget
PER_DAY = 12  # the same in a day
CATCH_UP_H = 13  # a moment missed for longer is left alone
SHOWINGS = 14  # of one moment without an answer
CARRY_ON_DAYS = 15  # past the end, for which the last day is repeated
FROM_S = 16  # first second covered
UNTIL_S = 17  # first second not covered
ALLOWED = 18  # a bit for each hour from `from_s` on: a move break may come

# The last moment shown: its number and time; when it was shown or answered; when it comes again, 0: never; showings.
LAST = "<IIIIB"
# An entry. Of a reminder: its number; its moment; 0; 1 for a silent probe, else 0.
# Of quiet hours: 0; their beginning; their minutes; 0.
# Of a pause, which comes once and may reach past the end: 0; its beginning; its minutes; 3.
# Of the move breaks: their number; 0; 0; 2. Past the end the last day's entries are repeated.
ENTRY = "<IIHB"
PROBE = 1
MOVE_BREAK = 2
PAUSE = 3
# A reminder shown: its time.
TIME = "<I"

MAX_ENTRIES = 26
MAX_SHOWN = 30
MAX_BYTES = 512  # of a file
MAX_BREAK_HOURS = 64  # bits
