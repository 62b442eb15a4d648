"""Fuzz target: recordings of other recorders, as text, with every option that mends them."""

import warnings

import numpy as np

from poise.errors import PoiseError, Reason
from poise.replay.load import load
from poise.replay.samples import Reading

from .shapes import scratch

_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


def recording(data: bytes) -> None:
    """A table of any text, with the options of the first byte; the second half may be the gyroscope's file.

    A refusal names one of the files, what is taken is whole, regular and of a rate that the filter takes.
    """
    flags, content = (data[0], data[1:]) if data else (0, b"")
    first, cut, second = content.partition(b"\0\0")
    with scratch() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path, other = folder / "a.csv", folder / "b.csv"
        path.write_bytes(first)
        other.write_bytes(second)
        reading = Reading(
            rate_hz=100.0 if flags & 1 else None,
            fill=3 if flags & 2 else 0,
            sort=bool(flags & 4),
            resample_hz=104.0 if flags & 8 else None,
            gyr=other if cut else None,
            acc_unit="g" if flags & 16 else None,
            gyr_unit="dps" if flags & 32 else None,
            time_unit="ms" if flags & 64 else None,
            mount="-x,z,y" if flags & 128 else None,
        )
        try:
            found = load(path, reading=reading)
        except PoiseError as error:
            assert error.reason is Reason.BAD_INPUT
            assert str(error).startswith(("a.", "b."))
            assert error.hint.endswith(".")
            return
    assert found.acc_m_s2.shape == found.gyr_rad_s.shape == (len(found), 3)
    assert len(found.t_s) == len(found) > 0
    for array in (found.acc_m_s2, found.gyr_rad_s, found.t_s):
        assert np.isfinite(array).all()
    assert 26 <= found.rate_hz <= 833 * 1.001


def recording_seeds() -> list[bytes]:
    """Short recordings as several recorders write them."""
    own = "t_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps\n"
    own += "".join(f"{n / 100},0,0,1,{n},0.5,-2e-1\n" for n in range(9) if n != 5)
    comma = '"Time (s)";"Acceleration x (m/s^2)";"Acceleration y (m/s^2)";"Acceleration z (m/s^2)";wx;wy;wz\r\n'
    comma += "".join(f"0,{n:02d};0,1;9,8;0,2;0,0;;0,1\r\n" for n in range(9))
    phone = "time,seconds_elapsed,z,y,x\n"
    acc = phone + "".join(
        f"{1_790_000_000 + n // 100}{n % 100:02d}0000000,{n / 100},0.1,9.8,0.2\n"
        for n in range(250)
    )
    gyr = phone + "".join(
        f"{1_790_000_000 + n // 100}{n % 100:02d}0000900,{n / 100},0.1,0.0,0.2\n"
        for n in range(250)
    )
    dot = (
        "sep=,\nDeviceTag:,1\n\nPacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z\n"
    )
    dot += "".join(f"{n},{4294947296 + n * 10000},0.1,9.8,0,1,2,3,\n" for n in range(9))
    names = ("Timestamp", "Accel_LN_X", "Accel_LN_Y", "Accel_LN_Z", "Gyro_X", "Gyro_Y", "Gyro_Z")
    shimmer = '"sep=\t"\n' + "\t".join(f"A_{name}_CAL" for name in names)
    shimmer += "\nms\tm/(s^2)\tm/(s^2)\tm/(s^2)\tdeg/s\tdeg/s\tdeg/s\n"
    shimmer += "".join(f"{n * 10}\t0.1\t9.8\t0\t1\t2\t3\n" for n in range(9))
    wit = "time\tChipTime()\tAccX(g)\tAccY(g)\tAccZ(g)\tAsX(°/s)\tAsY(°/s)\tAsZ(°/s)\n"
    wit += "".join(f"2026-10-02T07:48:45.{n}00\tnull\t0\t1\t0\t0\t0\t0\n" for n in range(9))
    turns = own.split("\n")[0] + "\n"
    turns += "".join(f"{n / 50},0,1,0,,,\n{n / 50 + 0.01},,,,1,2,3\n" for n in range(80))
    texts = (own, comma, dot, shimmer, wit, turns)
    seeds = [bytes((2 * n,)) + text.encode(_ENCODINGS[n % 4]) for n, text in enumerate(texts)]
    return [*seeds, b"\0" + acc.encode() + b"\0\0" + gyr.encode()]
