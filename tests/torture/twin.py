"""Lives of the whole twin with one or two power cuts, a host following."""

import asyncio
import random
import shutil
import tempfile
import time
from pathlib import Path

from poise.twin.chips.power_cut import SHAPES
from tests.powerloss.twin_cut import cut_once, prepare

_LEAST_S = 8.0  # that one life may need


def cuts(seed: int, deadline: float) -> dict[str, int]:
    """Random operations and shapes; every third life is cut again in the start after. Raises AssertionError."""
    with tempfile.TemporaryDirectory(prefix="poise-torture-") as folder:
        return asyncio.run(_cuts(Path(folder), seed, deadline))


async def _cuts(folder: Path, seed: int, deadline: float) -> dict[str, int]:
    rng = random.Random(seed)
    counts = {"lives": 0, "cuts": 0, "records": 0}
    await prepare(folder / "prepared")
    while time.monotonic() + _LEAST_S < deadline:
        cut_at = (rng.randint(1, 120),)
        if counts["lives"] % 3 == 2:
            cut_at += (rng.randint(1, 20),)
        shape = rng.choice(sorted(SHAPES))
        life = folder / "life"
        try:
            counts["records"] += await cut_once(folder / "prepared", life, cut_at, shape)
        except Exception as error:
            raise AssertionError(
                f"--cut-at {','.join(map(str, cut_at))} --cut-shape {shape}"
            ) from error
        shutil.rmtree(life)
        counts["lives"] += 1
        counts["cuts"] += len(cut_at)
    return counts
