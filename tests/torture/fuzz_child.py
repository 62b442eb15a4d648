"""One fuzz target in a process of its own: guided by coverage where atheris is installed, else by plain mutation.

`python -m tests.torture.fuzz_child TARGET SECONDS SEED CORPUS CRASHES` ends with a line of JSON; exit status 1: a
finding, whose input stands in CRASHES. `python -m tests.torture.fuzz_child TARGET --replay FILE` runs one input.
"""

import importlib
import importlib.util
import json
import random
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .targets import Target

HANG_S = 20
# Packages that are watched for coverage: the host's, and the clip's by their names there.
_WATCHED = ["poise", "wire", "storage", "link", "clip", "life", "monotonic"]
_TELL_EVERY = 1000  # executions


def main(arguments: list[str]) -> int:
    """Exit status 1 for a finding."""
    if arguments[1] == "--replay":
        _load(arguments[0]).run(Path(arguments[2]).read_bytes())
        print("nothing wrong")
        return 0
    name, seconds, seed, corpus, crashes = arguments
    run = _guided if importlib.util.find_spec("atheris") else _plain
    return run(name, float(seconds), int(seed), Path(corpus), Path(crashes))


def _load(name: str) -> "Target":
    """The target of that name, or the one at `module:attribute`."""
    module, colon, attribute = name.partition(":")
    if colon:
        return getattr(importlib.import_module(module), attribute)
    return importlib.import_module("tests.torture.targets").TARGETS[name]


def _tell(engine: str, runs: int) -> None:
    print(json.dumps({"engine": engine, "runs": runs}), flush=True)


def _guided(name: str, seconds: float, seed: int, corpus: Path, crashes: Path) -> int:
    atheris = importlib.import_module("atheris")  # the extra `fuzz`

    with atheris.instrument_imports(include=_WATCHED):
        target = _load(name)
    _put_seeds(target, corpus)
    options = [
        f"-max_total_time={max(1, int(seconds))}", f"-seed={seed % 2**31 or 1}", f"-timeout={HANG_S}",
        f"-max_len={target.most}", f"-artifact_prefix={crashes}/", "-print_final_stats=1", "-rss_limit_mb=2048",
        "-verbosity=1",
    ]  # fmt: skip
    print(json.dumps({"engine": "atheris"}), flush=True)
    atheris.Setup([sys.argv[0], *options, str(corpus)], target.run)
    atheris.Fuzz()  # does not come back
    return 0


def _put_seeds(target: "Target", corpus: Path) -> None:
    for number, data in enumerate(target.seeds()):
        (corpus / f"seed-{number:03}").write_bytes(data)


def _plain(name: str, seconds: float, seed: int, _corpus: Path, crashes: Path) -> int:
    end = time.monotonic() + seconds
    target = _load(name)
    seeds = target.seeds()
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, _hangs)
    rng = random.Random(seed)
    runs = 0
    while runs < len(seeds) or time.monotonic() < end:
        data = seeds[runs] if runs < len(seeds) else mutated(rng, seeds, target.most)
        if hasattr(signal, "SIGALRM"):
            signal.alarm(HANG_S)
        try:
            target.run(data)
        except Exception:  # noqa: BLE001 (any of them is a finding)
            path = crashes / f"crash-{seed}-{runs}"
            path.write_bytes(data)
            print(traceback.format_exc(), file=sys.stderr)
            print(f"Test unit written to {path}", file=sys.stderr, flush=True)
            return 1
        runs += 1
        if runs % _TELL_EVERY == 0:
            _tell("plain mutation", runs)
    _tell("plain mutation", runs)
    return 0


def _hangs(*_: object) -> None:
    raise TimeoutError(f"no end after {HANG_S} s")


def mutated(rng: random.Random, seeds: list[bytes], most: int) -> bytes:
    """One of `seeds` with some changes, at most `most` bytes."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 2, 3, 5, 9))):
        at = rng.randrange(len(data) + 1)
        length = rng.choice((1, 1, 2, 4, 9, 40))
        what = rng.randrange(6)
        if what == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif what == 1:
            data[at : at + length] = rng.randbytes(length)
        elif what == 2:
            data[at:at] = rng.choice((bytes(length), b"\xff" * length, rng.randbytes(length)))
        elif what == 3:
            del data[at : at + length]
        elif what == 4:
            other = rng.choice(seeds)
            start = rng.randrange(len(other) + 1)
            data[at:at] = other[start : start + rng.randrange(200)]
        else:
            start = rng.randrange(len(data) + 1)
            data[at : at + length] = data[start : start + length]
    return bytes(data[:most])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
