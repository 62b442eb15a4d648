"""Limits of pain in an exercise, ratings of 0 to 10, and the sentence that tells them to the patient.

Source: the traffic light that physiotherapists use: 0 to 3 go on, 4 and 5 do less, 6 to 10 stop.
"""

MODERATE_PAIN = 4  # from here: do less
STOP_AT_PAIN = 6  # from here: the programme stops
EFFORT = (
    f"Mild discomfort is fine; ease off at {MODERATE_PAIN} to {STOP_AT_PAIN - 1} of 10, "
    f"stop at {STOP_AT_PAIN}."
)
