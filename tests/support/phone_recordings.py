"""Recordings of a phone, with holes and repeated lines."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from poise.replay.trace import Trace
from tests.support.recordings import rows, stamps, write

HEADER = "t_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"


def lines_of(m: Trace) -> list[str]:
    return rows(m, m.t_s, m.acc_m_s2, m.gyr_rad_s)


def without(m: Trace, *lost: int) -> Trace:
    kept = np.ones(len(m), bool)
    kept[list(lost)] = False
    return replace(m, acc_m_s2=m.acc_m_s2[kept], gyr_rad_s=m.gyr_rad_s[kept], t_s=m.t_s[kept])


def phone(
    folder: Path, m: Trace, apart_ms: float = 3.1, gyr: Trace | None = None
) -> tuple[Path, Path]:
    """As Sensor Logger writes them: z, y, x, and times in ns since 1970."""
    gyr = gyr or m
    head = "time,seconds_elapsed,z,y,x"
    moved = replace(gyr, t_s=gyr.t_s + apart_ms / 1000)
    acc_lines = rows(m, stamps(m, "ns"), m.t_s, m.acc_m_s2[:, ::-1])
    values = np.stack([np.interp(moved.t_s, gyr.t_s, column) for column in gyr.gyr_rad_s.T], axis=1)
    gyr_lines = rows(gyr, stamps(moved, "ns"), moved.t_s, values[:, ::-1])
    return write(folder / "TotalAcceleration.csv", head, *acc_lines), write(
        folder / "Gyroscope.csv", head, *gyr_lines
    )
