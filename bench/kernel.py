"""Benchmark of the attitude kernel: time a sample in a VM beside VQF's C++, and instructions a sample on the chips.

The kernel and VQF run over the same trace in one run: synthesised head motion, or a recording (formats:
docs/developers/replay.md). `poise bench motion` measures a folder of recordings.
"""

from pathlib import Path

import numpy as np

from poise.replay import filters
from poise.replay.compare import kernel_ns, up_vectors
from poise.replay.load import load
from poise.replay.scale import G_M_S2, choose
from poise.replay.score import inclination_rmse_deg
from poise.replay.trace import Trace
from poise.twin.machine.vm import find_vm

from . import native
from .table import Row

FIRMWARE = Path(__file__).parents[1] / "firmware"


def synthesised(seconds: float = 60, rate_hz: float = 208) -> Trace:
    """Return synthetic head motion: rates in all axes, with the shaking of the head in walking."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    rng = np.random.default_rng(1)
    gyr = np.radians(np.sin(2 * np.pi * np.outer(t, [0.31, 0.53, 0.23])) * [60, 90, 40])
    acc = np.array([0, G_M_S2, 0]) + 2 * np.sin(2 * np.pi * np.outer(t, [1.9, 3.8, 0.95]))
    acc = acc + rng.normal(0, 0.03, acc.shape)
    return Trace("synthesised", acc, gyr, rate_hz, t)


def instructions() -> dict[str, int]:
    """Return architecture -> instructions in the sample loop, both arms of every branch: an upper bound a sample."""
    out = {}
    for arch in native.DECODERS:
        functions = native.viper_functions(
            native.compile_module(FIRMWARE / "motion" / "kernels.py", arch)
        )
        out[arch] = native.loop_instructions(functions[0], arch)[0]
    return out


def run(vm_bits: int = 64, trace_path: Path | None = None) -> dict[str, float]:
    """Return ns a sample (`kernel_ns`, `vqf_ns`, `basicvqf_ns`), and RMSE (`..._rmse_deg`) where there is a truth."""
    trace = load(trace_path) if trace_path else synthesised()
    scale, vm = choose(trace), find_vm(vm_bits)
    ups = {"kernel": up_vectors(trace, scale, vm)}
    out = {"kernel_ns": kernel_ns(trace, scale, vm)}
    for name, run_filter in (("vqf", filters.vqf), ("basicvqf", filters.basic_vqf)):
        out[f"{name}_ns"], ups[name] = run_filter(trace)
    for name, up in ups.items():
        scored = inclination_rmse_deg(up, trace)
        if scored:
            out[f"{name}_rmse_deg"] = scored[0]
    return out


def rows(trace_path: Path | None = None) -> list[Row]:
    """Return time and accuracy beside VQF, and instructions beside the goal."""
    table = []
    got: dict[str, float] = {}
    for bits in (64, 32):
        got = run(bits, trace_path)
        what, ratio = f"attitude, {bits}-bit VM, a sample", got["kernel_ns"] / got["vqf_ns"]
        beside = f"VQF C++ {got['vqf_ns']:.0f} ns, BasicVQF {got['basicvqf_ns']:.0f} ns"
        table.append(Row(what, f"{got['kernel_ns']:.0f} ns", beside, ratio, "≤ VQF"))
    for arch, count in instructions().items():
        table.append(
            Row(f"attitude loop, {arch}", f"{count:.0f} instructions a sample", "", None, "≤ 2,500")
        )
    if "kernel_rmse_deg" in got:
        beside = f"VQF {got['vqf_rmse_deg']:.2f}°, BasicVQF {got['basicvqf_rmse_deg']:.2f}°"
        ratio = got["kernel_rmse_deg"] / got["vqf_rmse_deg"]
        table.append(
            Row("inclination RMSE", f"{got['kernel_rmse_deg']:.2f}°", beside, ratio, "≤ VQF")
        )
    return table
