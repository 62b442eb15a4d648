"""One row of an exercise's run: what goes in and what comes out.

Columns: dt_ms; flexion, lateral, rotation, rate of the clip; the same of the trunk's; events; RESULTS.
"""

EVENTS = 9
RESULTS = (
    ("repetitions", ("count", "peak_cdeg", "across_cdeg", "compensation_permille", "duration_ms", "out_ms", "top_ms",
                     "back_ms", "pause_ms", "unreturned", "reached", "faults")),
    ("smoothness", ("peaks_x10", "way_permille", "duration_ms")),
    ("hold", ("total_ms", "longest_ms", "interruptions", "done", "mean_rate_cdps")),
)  # fmt: skip
NAMES = [part + "." + name for part, names in RESULTS for name in names] + ["angle_cdeg"]
WIDTH = EVENTS + 1 + len(NAMES)


def step(exercise, row):
    """Steps the exercise with the row's angles and writes the results into the row."""
    if exercise.site == "head+trunk":
        exercise.step_trunk(row[0], row[5], row[6], row[7], row[8])
    row[EVENTS] = exercise.step(row[0], row[1], row[2], row[3], row[4])
    at = EVENTS
    for part, names in RESULTS:
        held = getattr(exercise, part)
        for name in names:
            at += 1
            if held:
                row[at] = getattr(held, name)
    row[at + 1] = exercise.angle_cdeg
