"""Comparison of the motion filter with others on the same recordings: accuracy and speed."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import PoiseError, Reason
from ..twin.machine.vm import Vm, find_vm
from . import filters
from .load import load
from .run import BURST, Plan, replay, write_samples
from .samples import Array
from .scale import Scale, choose
from .score import inclination_rmse_deg
from .trace import Trace
from .vm import run_script
from .whatif import settings_for

WHERE = (
    "Get BROAD (Laidig et al. 2021, doi 10.3390/data6070072, CC BY 4.0) and convert its trials to .npz with acc_m_s2, "
    "gyr_rad_s, sampling_rate_hz, q_ref_wxyz and moving: bench/README.md tells how, "
    "docs/developers/replay.md the format."
)


@dataclass(frozen=True)
class Row:
    """Results of one trace: RMSE of the inclination in degrees; ns a sample in this run. None: not measured."""

    trace: str
    scale: Scale
    scored: int
    ours_deg: float
    vqf_deg: float
    basicvqf_deg: float
    imufusion_deg: float | None
    ours_ns: float
    ours32_ns: float | None
    vqf_ns: float
    basicvqf_ns: float
    same_on_32_bits: bool | None

    @property
    def ratio(self) -> float:
        """Our RMSE over VQF's."""
        return self.ours_deg / self.vqf_deg


def folder_traces(folder: Path | None) -> list[Path]:
    """Return the `.npz` files of a folder, in order.

    Raises PoiseError (BAD_INPUT), which says where to get some, for a folder without any and for None.
    """
    if folder is None:
        raise PoiseError(Reason.BAD_INPUT, "no folder with traces is given (--traces DIR)", WHERE)
    found = sorted(folder.glob("*.npz")) if folder.is_dir() else []
    if not found:
        raise PoiseError(Reason.BAD_INPUT, f"no .npz trace in {folder}", WHERE)
    return found


def vms() -> list[Vm]:
    """Return the 64-bit VM, and the 32-bit one if it is installed. Raises PoiseError (NO_VM) without the first."""
    first = find_vm(64)
    try:
        return [first, find_vm(32)]
    except PoiseError:
        return [first]


def compare(path: Path, machines: list[Vm]) -> Row:
    """Run one trace through every filter.

    Raises PoiseError: BAD_INPUT for a trace without a reference, MISSING_EXTRA.
    """
    trace = load(path)
    if trace.q_ref_wxyz is None:
        raise PoiseError(
            Reason.BAD_INPUT, f"{trace.name}: no array 'q_ref_wxyz' to score by", WHERE
        )
    scale = choose(trace)
    ups = [up_vectors(trace, scale, vm) for vm in machines]
    times = [kernel_ns(trace, scale, vm) for vm in machines]
    vqf_ns, vqf_up = filters.vqf(trace)
    basic_ns, basic_up = filters.basic_vqf(trace)
    two = len(machines) > 1
    ours_deg, scored = _score(ups[0], trace)
    return Row(
        trace=path.stem,
        scale=scale,
        scored=scored,
        ours_deg=ours_deg,
        vqf_deg=_score(vqf_up, trace)[0],
        basicvqf_deg=_score(basic_up, trace)[0],
        imufusion_deg=_score(filters.imufusion(trace), trace)[0]
        if filters.has_imufusion()
        else None,
        ours_ns=times[0],
        ours32_ns=times[1] if two else None,
        vqf_ns=vqf_ns,
        basicvqf_ns=basic_ns,
        same_on_32_bits=bool(np.array_equal(ups[0], ups[1], equal_nan=True)) if two else None,
    )


def mean(rows: list[Row], value: Callable[[Row], float | None]) -> float | None:
    """Return the mean of a column; None if a row has no value."""
    values = [value(row) for row in rows]
    known = [found for found in values if found is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None


def up_vectors(trace: Trace, scale: Scale, vm: Vm) -> Array:
    """Return (N, 3): up after each sample, by the firmware in the VM with bursts as on the clip."""
    done = replay(trace, Plan(scale, settings_for(vm, None, {})), vm)
    assert done.up is not None
    return done.up


def kernel_ns(trace: Trace, scale: Scale, vm: Vm) -> float:
    """Return the ns a sample of the attitude's update in the VM, bursts as on the clip; the best of three runs."""
    with tempfile.TemporaryDirectory(prefix="poise-bench-") as name:
        samples = Path(name) / "samples"
        write_samples(samples, trace, scale)
        numbers = (round(trace.rate_hz * 1e6), scale.acc_lsb_per_g, scale.gyr_udps_per_lsb, BURST)
        return float(run_script(vm, "kernel.py", samples, *numbers, heap="256m"))


def _score(up: Array, trace: Trace) -> tuple[float, int]:
    scored = inclination_rmse_deg(up, trace)
    if scored is None:
        raise PoiseError(
            Reason.BAD_INPUT, f"{trace.name}: no sample is moving and has a reference", WHERE
        )
    return scored
