"""Pictures of the first run: its test takes them, as it goes through the steps on a virtual clip."""

import asyncio
import os
import sys

from .album import CHAPTERS, OUT, ROOT, shrink

TEST = "tests/dashboard/test_first_run.py"


async def take() -> None:
    """Take all of them. Raises SystemExit where the test fails."""
    test = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-q", TEST,
        cwd=ROOT, env={**os.environ, "POISE_PICTURES": str(OUT), "CI": "true"},
    )  # fmt: skip
    if await test.wait():
        raise SystemExit(f"{TEST} fails, so the pictures of the first run are not all new")
    for chapter in CHAPTERS:
        if chapter.made_by == "first-run":
            for subject in chapter.subjects:
                shrink(OUT / subject.files()[0])
