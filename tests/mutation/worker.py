"""One worker: runs the same tests over one mutant after another, in a copy of the tree that is its own.

It forks for each mutant once pytest and the big libraries are loaded, because that takes longer than the tests.
In: a line of JSON for each mutant, its module and its source. Out: a line for each, "killed" or "survived".
"""

import importlib
import json
import os
import resource
import sys
from pathlib import Path

import pytest

_BIG = (
    "numpy",
    "hypothesis",
    "cryptography",
    "sqlalchemy",
    "dateutil.tz",
    "babel.dates",
    "rich.console",
)
# hypothesis is loaded before pytest could rewrite its assertions, and needs no such thing.
_OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
# A mutant that never ends is stopped by what it has computed, not by a clock: the machine may be busy.
_MOST_TIMES = 3  # what the tests take as they are
_AND_S = 5


def main(tests: list[str]) -> None:
    """Serve until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    for name in _BIG:
        importlib.import_module(name)
    as_it_is = _run(tests, sys.stderr.fileno())  # leaves the bytecode of all modules behind
    if as_it_is != pytest.ExitCode.OK:
        raise SystemExit(f"these fail without a mutant: pytest {' '.join(tests)}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    most_s = _AND_S + int(_MOST_TIMES * (used.ru_utime + used.ru_stime))
    sys.dont_write_bytecode = True  # that of two mutants of one second could not be told apart
    for line in sys.stdin:
        mutant = json.loads(line)
        killed = _kills(Path(mutant["module"]), mutant["source"], tests, most_s)
        print("killed" if killed else "survived", file=answers, flush=True)


def _kills(path: Path, source: str, tests: list[str], most_s: int) -> bool:
    original = path.read_text(encoding="utf-8")
    for stale in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        stale.unlink()
    path.write_text(source, encoding="utf-8")
    try:
        with Path(os.devnull).open("w") as nowhere:
            return _run(tests, nowhere.fileno(), most_s) != pytest.ExitCode.OK
    finally:
        path.write_text(original, encoding="utf-8")


def _run(tests: list[str], output: int, most_s: int = resource.RLIM_INFINITY) -> int:
    """Exit status of a run in a child that writes to that file; negative when a signal ended it."""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (most_s, most_s))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os._exit(pytest.main([*_OPTIONS, *tests]))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(sys.argv[1:])
