"""Workers that judge mutants side by side, each in a copy of the tree of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from types import TracebackType

from .mutants import Mutant


class Worker:
    """A process of `tests.mutation.worker` in `tree`."""

    def __init__(self, tree: Path, root: Path, tests: tuple[str, ...]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutation.worker", *tests],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=tree,
            env={
                **os.environ,
                "PYTHONPATH": f"{tree / 'host/src'}{os.pathsep}{tree}",
                "POISE_VM32": os.environ.get("POISE_VM32", str(root / ".cache/vm32")),
                "OPENBLAS_NUM_THREADS": "1",  # a process with threads can't be forked
            },
        )

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def kills(self, mutant: Mutant) -> bool:
        """True when a test notices it. Raises when the worker has gone: it has said why."""
        assert self._process.stdin and self._process.stdout
        line = json.dumps({"module": mutant.module, "source": mutant.source})
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if answer not in ("killed", "survived"):
            raise SystemExit("a worker ended: see above")
        return answer == "killed"


def outcomes(
    root: Path, tests: tuple[str, ...], chosen: list[Mutant], jobs: int
) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant, and whether it was killed."""
    idle: Queue[Worker] = Queue()

    def judged(mutant: Mutant) -> bool:
        worker = idle.get()
        try:
            return worker.kills(mutant)
        finally:
            idle.put(worker)

    with ExitStack() as stack:
        for n in range(jobs):
            idle.put(stack.enter_context(Worker(copied(root, n), root, tests)))
        pool = stack.enter_context(ThreadPoolExecutor(jobs))
        yield from zip(chosen, pool.map(judged, chosen), strict=True)


def copied(root: Path, number: int) -> Path:
    """A new copy of what git knows and of what is new, in build/mutation."""
    tree = root / f"build/mutation/tree{number}"
    shutil.rmtree(tree, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, tree / name)
    return tree
