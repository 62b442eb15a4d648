"""Other attitude filters for comparison, with their own defaults: floating point, on the samples as recorded."""

import importlib.util
import math
import time
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import PoiseError, Reason
from ..installed import add
from .samples import Array
from .scale import G_M_S2
from .score import up_of
from .trace import Trace

_TURNS = 3


def vqf(trace: Trace) -> tuple[float, Array]:
    """Run VQF, 6D; return (ns a sample, (N, 3) up). D. Laidig, T. Seel, Information Fusion 91 (2023).

    Raises PoiseError (MISSING_EXTRA).
    """
    return _batch(_vqf_package().VQF, trace)


def basic_vqf(trace: Trace) -> tuple[float, Array]:
    """Run VQF without its bias estimate; return (ns a sample, (N, 3) up). Raises PoiseError (MISSING_EXTRA)."""
    return _batch(_vqf_package().BasicVQF, trace)


def has_imufusion() -> bool:
    """True if the package imufusion is installed."""
    return importlib.util.find_spec("imufusion") is not None


def imufusion(trace: Trace) -> Array:
    """Run x-io's Fusion (package imufusion 1.3); return (N, 3) up. Raises PoiseError (MISSING_EXTRA) for an older
    one."""
    import imufusion as package  # pyright: ignore[reportMissingImports]

    ahrs: Any = package.Ahrs()
    if not hasattr(ahrs, "get_gravity"):
        raise PoiseError(
            Reason.MISSING_EXTRA,
            "this imufusion is older than 1.3",
            "Bring it up to date with `pip install --upgrade imufusion`, or remove it.",
        )
    settings = package.AhrsSettings(sample_rate=trace.rate_hz)
    ahrs.set_settings(settings)
    gyr_dps, acc_g = np.degrees(trace.gyr_rad_s), trace.acc_m_s2 / G_M_S2
    up = np.empty((len(trace), 3))
    for n in range(len(trace)):
        ahrs.update_no_magnetometer(gyr_dps[n], acc_g[n])
        up[n] = ahrs.get_gravity()
    return up


def _vqf_package() -> ModuleType:
    try:
        import vqf as package
    except ImportError:
        raise PoiseError(
            Reason.MISSING_EXTRA,
            "the package vqf is not installed",
            add("dev"),
        ) from None
    return package


def _batch(cls: Any, trace: Trace) -> tuple[float, Array]:
    """Run a filter over the whole trace; return (ns a sample of the best run, (N, 3) up)."""
    gyr = np.ascontiguousarray(trace.gyr_rad_s)
    acc = np.ascontiguousarray(trace.acc_m_s2)
    best, result = math.inf, {}
    for _ in range(_TURNS):
        filtering = cls(1 / trace.rate_hz)
        start = time.perf_counter_ns()
        result = filtering.updateBatch(gyr, acc)
        best = min(best, (time.perf_counter_ns() - start) / len(gyr))
    return best, up_of(result["quat6D"])
