"""The attitude kernel: time a sample in a VM beside VQF's C++, and instructions a sample on the chips.

The kernel and VQF run over the same trace in one run: synthesised head motion, or a recording
(`.npz` with `acc_m_s2`, `gyr_rad_s`, `sampling_rate_hz` and, for the accuracy, `q_ref_wxyz` and
`moving`).
"""

import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from vqf import VQF, BasicVQF

from poise.twin.vm import find_vm

from . import native
from .table import Row

FIRMWARE = Path(__file__).parents[1] / "firmware"
SCRIPT = Path(__file__).parent / "kernel_vm.py"
BURST = 16
ACC_LSB_PER_G = 2048.0
GYR_LSB_PER_DPS = 32768 / 2000
G = 9.80665


def synthesised(seconds: float = 60, rate_hz: float = 208) -> dict[str, np.ndarray]:
    """Head motion: rates in all axes, the head shaken as in walking."""
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    rng = np.random.default_rng(1)
    gyr = np.radians(np.sin(2 * np.pi * np.outer(t, [0.31, 0.53, 0.23])) * [60, 90, 40])
    acc = np.array([0, G, 0]) + 2 * np.sin(2 * np.pi * np.outer(t, [1.9, 3.8, 0.95]))
    acc = acc + rng.normal(0, 0.03, acc.shape)
    return {"acc_m_s2": acc, "gyr_rad_s": gyr, "sampling_rate_hz": np.float64(rate_hz)}


def _raw(trace) -> np.ndarray:
    scaled = np.hstack(
        [trace["acc_m_s2"] / G * ACC_LSB_PER_G, np.degrees(trace["gyr_rad_s"]) * GYR_LSB_PER_DPS]
    )
    return np.clip(np.round(scaled), -32768, 32767).astype(np.int16)


def _kernel(trace, vm_bits: int) -> tuple[float, np.ndarray]:
    """(ns a sample, up vectors at the ends of bursts)."""
    rate_hz = float(trace["sampling_rate_hz"])
    vm = find_vm(vm_bits)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "samples", Path(folder) / "up"
        source.write_bytes(_raw(trace).tobytes())
        arguments = (source, target, rate_hz, ACC_LSB_PER_G, GYR_LSB_PER_DPS, BURST)
        done = subprocess.run(
            [*vm.argv, "-X", "heapsize=64m", str(SCRIPT), *map(str, arguments)],
            env={**os.environ, "MICROPYPATH": f"{FIRMWARE}:.frozen"}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return float(done.stdout), np.frombuffer(target.read_bytes(), np.int32).reshape(-1, 3)


def _vqf(cls, trace) -> tuple[float, np.ndarray]:
    """(ns a sample, up vectors), best of three."""
    gyr, acc = (
        np.ascontiguousarray(trace[name], dtype=float) for name in ("gyr_rad_s", "acc_m_s2")
    )
    best = float("inf")
    for _ in range(3):
        vqf = cls(1 / float(trace["sampling_rate_hz"]))
        start = time.perf_counter_ns()
        result = vqf.updateBatch(gyr, acc)
        best = min(best, (time.perf_counter_ns() - start) / len(gyr))
    return best, _up(result["quat6D"])


def _up(quaternions: np.ndarray) -> np.ndarray:
    w, x, y, z = quaternions.T
    return np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], 1)


def _rmse_deg(up: np.ndarray, trace, at: np.ndarray) -> float:
    """Inclination RMSE over the moving samples with a reference, at the indices `at`."""
    true = _up(trace["q_ref_wxyz"][at])
    error = np.degrees(np.arctan2(np.linalg.norm(np.cross(up, true), axis=1), (up * true).sum(1)))
    scored = trace["moving"][at] & np.isfinite(true).all(1)
    return float(np.sqrt(np.mean(error[scored] ** 2)))


def instructions() -> dict[str, int]:
    """Instructions in the sample loop by architecture, every branch's both arms: at most so many a sample."""
    out = {}
    for arch in native.DECODERS:
        functions = native.viper_functions(
            native.compile_module(FIRMWARE / "motion" / "kernels.py", arch)
        )
        out[arch] = native.loop_instructions(functions[0], arch)[0]
    return out


def run(vm_bits: int = 64, trace_path: str | None = None) -> dict[str, float]:
    """ns a sample (`kernel_ns`, `vqf_ns`, `basicvqf_ns`), instructions a sample, RMSE where there is a truth."""
    trace = dict(np.load(trace_path)) if trace_path else synthesised()
    kernel_ns, kernel_up = _kernel(trace, vm_bits)
    out = {
        "kernel_ns": kernel_ns,
        **{f"{arch}_instructions": n for arch, n in instructions().items()},
    }
    ups = {"kernel": kernel_up / np.linalg.norm(kernel_up, axis=1, keepdims=True)}
    for name, cls in (("vqf", VQF), ("basicvqf", BasicVQF)):
        out[f"{name}_ns"], ups[name] = _vqf(cls, trace)
    if "q_ref_wxyz" in trace:
        total = len(trace["acc_m_s2"])
        ends = np.minimum(np.arange(len(kernel_up)) * BURST + BURST - 1, total - 1)
        for name, up in ups.items():
            at = ends if name == "kernel" else np.arange(total)
            out[f"{name}_rmse_deg"] = _rmse_deg(up, trace, at)
    return out


def rows(trace_path: str | None = None) -> list[Row]:
    """Time and accuracy beside VQF, instructions beside the goal."""
    table = []
    for bits in (64, 32):
        got = run(bits, trace_path)
        what, ratio = f"attitude, {bits}-bit VM, a sample", got["kernel_ns"] / got["vqf_ns"]
        beside = f"VQF C++ {got['vqf_ns']:.0f} ns, BasicVQF {got['basicvqf_ns']:.0f} ns"
        table.append(Row(what, f"{got['kernel_ns']:.0f} ns", beside, ratio, "≤ VQF"))
    for arch in native.DECODERS:
        count = got[f"{arch}_instructions"]
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
