"""`python -m tests.mutation`: plants small faults in the code that matters most, and counts those that no test notices.

A survivor is printed with its line. One that nobody could tell from the original stands in equivalent.toml with its
reason. Exit status 1 when an unexplained one is left. Everything happens in copies of the tree under build/mutation.
"""

import argparse
import os
import sys
import time
import tomllib
from pathlib import Path

from .mutants import Mutant, places, planted, sample
from .pool import outcomes
from .subjects import SUBJECTS, Subject

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


def main() -> int:
    """Exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--only", default="", help="subjects whose name contains this")
    parser.add_argument("--sample", type=int, default=0, help="as many of each subject; 0: all")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at the same time")
    arguments = parser.parse_args()
    left = 0
    for subject in SUBJECTS:
        if arguments.only in subject.name:
            chosen = chosen_of(subject, arguments.sample, arguments.seed)
            left += _told(subject, chosen, arguments.jobs)
    return 1 if left else 0


def chosen_of(subject: Subject, count: int, seed: int) -> list[Mutant]:
    """As many mutants of the subject's modules, drawn by the seed; all of them when `count` is 0."""
    found = [each for module in subject.modules for each in places(ROOT, module)]
    return [one for one in (planted(ROOT, each) for each in sample(found, count, seed)) if one]


def equivalents() -> dict[tuple[str, str, str, str], str]:
    """Why a mutant can't be told from the original, by its key."""
    rows = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("equivalent", [])
    return {(row["module"], row["in"], row["before"], row["after"]): row["why"] for row in rows}


def _told(subject: Subject, chosen: list[Mutant], jobs: int) -> int:
    """Run and print them; the number of unexplained survivors."""
    start = time.monotonic()
    known = equivalents()
    judged = [one for one in chosen if one.key not in known]
    survived = 0
    for one, killed in outcomes(ROOT, subject.tests, judged, jobs):
        if not killed:
            survived += 1
            print(f"{one.module}:{one.line} {one.place}", flush=True)
            print(f"  - {one.before}\n  + {one.after}", flush=True)
    noticed = len(judged) - survived
    percent = 100 * noticed / len(judged) if judged else 100.0
    print(
        f"{subject.name}: {noticed} of {len(judged)} killed ({percent:.1f} %), {survived} survived, "
        f"{len(chosen) - len(judged)} equivalent, {time.monotonic() - start:.0f} s",
        flush=True,
    )
    return survived


if __name__ == "__main__":
    sys.exit(main())
