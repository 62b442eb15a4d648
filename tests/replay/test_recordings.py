"""Recordings of phones and loggers: each format as its recorder writes it, and what is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from poise.replay.load import load
from poise.replay.samples import Reading
from poise.replay.scale import G_M_S2 as G
from poise.replay.trace import Trace
from tests.support.recordings import RATE_HZ, motion, refused, rows, said, same, stamps, write

OWN = "t_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"


# --- formats


@dataclass(frozen=True)
class Format:
    """One recorder's file. `write(path, trace)`; `notes`: words that must be said."""

    write: Callable[[Path, Trace], object]
    notes: tuple[str, ...]
    atol: float = 2e-3


def _dot(path: Path, m: Trace) -> None:
    lines = rows(m, [str(n) for n in range(len(m))], [str(2268972329 + round(t * 1e6)) for t in m.t_s],
                 m.acc_m_s2, np.degrees(m.gyr_rad_s), ["0"] * len(m))  # fmt: skip
    write(
        path, "sep=,", "DeviceTag:,1", "FirmwareVersion:,3.0.0", "OutputRate:,100Hz",
        "Measurement Mode:,Rate quantities", "© Movella Technologies B. V. 2005-2025", "",
        "PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z,Status",
        *(line + "," for line in lines),
    )  # fmt: skip


def _shimmer(path: Path, m: Trace) -> None:
    names = [f"Shimmer_8665_{name}_CAL" for name in (
        "Timestamp_Unix", "Accel_LN_X", "Accel_LN_Y", "Accel_LN_Z", "Accel_WR_X", "Accel_WR_Y", "Accel_WR_Z",
        "Gyro_X", "Gyro_Y", "Gyro_Z")]  # fmt: skip
    units = ["ms", *["m/(s^2)"] * 6, *["deg/s"] * 3]
    lines = rows(
        m, stamps(m, "ms"), m.acc_m_s2, m.acc_m_s2 * 1.05, np.degrees(m.gyr_rad_s), separator="\t"
    )
    write(
        path, '"sep=\t"', "\t".join(names) + "\t", "\t".join(units) + "\t",
        *(line + "\t" for line in lines), end="\r\n",
    )  # fmt: skip


def _androsensor(path: Path, m: Trace) -> None:
    head = [f"{sensor} {axis} ({unit})" for sensor, unit in (
        ("ACCELEROMETER", "m/s²"), ("GRAVITY", "m/s²"), ("LINEAR ACCELERATION", "m/s²"), ("GYROSCOPE", "rad/s")
    ) for axis in "XYZ"]  # fmt: skip
    nothing = np.zeros((len(m), 6))
    times = [f"{t * 1000:.0f}" for t in m.t_s]
    clock = [text.replace("T", " ") for text in stamps(m, "iso")]
    lines = rows(m, m.acc_m_s2, nothing, m.gyr_rad_s, times, clock, separator=";")
    write(path, ";".join([*head, "Time since start in ms ", "YYYY-MO-DD HH-MI-SS_SSS"]), *lines)


# fmt: off
FORMATS = {
    "phyphox, decimal comma": Format(
        lambda path, m: write(
            path,
            '"Time (s)";"Acceleration x (m/s^2)";"Acceleration y (m/s^2)";"Acceleration z (m/s^2)";'
            '"Absolute acceleration (m/s^2)";"Gyroscope x (rad/s)";"Gyroscope y (rad/s)";"Gyroscope z (rad/s)"',
            *rows(m, m.t_s, m.acc_m_s2, np.zeros(len(m)), m.gyr_rad_s, separator=";", comma=True),
        ),
        ("'Time (s)' as seconds", "in m_s2 as its heading says"),
    ),
    "phyphox, tabs, UTF-16": Format(
        lambda path, m: write(
            path,
            "Time (s)\tAcceleration x (m/s^2)\tAcceleration y (m/s^2)\tAcceleration z (m/s^2)\t"
            "Gyroscope x (rad/s)\tGyroscope y (rad/s)\tGyroscope z (rad/s)",
            *rows(m, m.t_s, m.acc_m_s2, m.gyr_rad_s, separator="\t"),
            encoding="utf-16", end="\r\n",
        ),
        ("Gyroscope x (rad/s)",),
    ),
    "Physics Toolbox": Format(
        lambda path, m: write(
            path, "", "time,gFx,gFy,gFz,ax,ay,az,wx,wy,wz,Bx,By,Bz,",
            *(line + "," for line in rows(m, m.t_s, m.acc_m_s2 / G, np.zeros((len(m), 3)), m.gyr_rad_s,
                                          np.ones((len(m), 3)))),
        ),
        ("Physics Toolbox", "gFx/gFy/gFz in g", "wx/wy/wz in rad_s"),
    ),
    "Xsens DOT": Format(_dot, ("Xsens or Movella DOT", "in dps", "microseconds")),
    "Shimmer": Format(_shimmer, ("Accel_LN_X_CAL", "in dps as its heading says")),
    "AndroSensor": Format(_androsensor, ("ACCELEROMETER X (m/s²)", "milliseconds")),
    "Axivity AX6": Format(
        lambda path, m: write(
            path, "Time,Accel-X (g), Accel-Y (g), Accel-Z (g), Gyro-X (d/s), Gyro-Y (d/s), Gyro-Z (d/s)",
            *rows(m, stamps(m, "blank"), m.acc_m_s2 / G, np.degrees(m.gyr_rad_s)),
        ),
        ("'Time' as dates and times", "in g as its heading says"),
    ),
    "x-io": Format(
        lambda path, m: write(
            path,
            "Timestamp (us),Gyroscope X (deg/s),Gyroscope Y (deg/s),Gyroscope Z (deg/s),Accelerometer X (g),"
            "Accelerometer Y (g),Accelerometer Z (g)",
            *rows(m, [f"{t * 1e6:.0f}" for t in m.t_s], np.degrees(m.gyr_rad_s), m.acc_m_s2 / G),
        ),
        ("microseconds",),
    ),
    "WitMotion, a code page": Format(
        lambda path, m: write(
            path, "time\tDeviceName\tChipTime()\tAccX(g)\tAccY(g)\tAccZ(g)\tAsX(°/s)\tAsY(°/s)\tAsZ(°/s)",
            *rows(m, stamps(m, "iso"), ["HC-06"] * len(m), ["null"] * len(m), m.acc_m_s2 / G,
                  np.degrees(m.gyr_rad_s), separator="\t"),
            encoding="cp1252",
        ),
        ("AsX(°/s)",),
    ),
    "SensorLog on an iPhone": Format(
        lambda path, m: write(
            path,
            "loggingTime(txt),accelerometerTimestamp_sinceReboot(s),accelerometerAccelerationX(G),"
            "accelerometerAccelerationY(G),accelerometerAccelerationZ(G),gyroTimestamp_sinceReboot(s),gyroRotationX(rad/s),"
            "gyroRotationY(rad/s),gyroRotationZ(rad/s),motionUserAccelerationX(G),motionUserAccelerationY(G),"
            "motionUserAccelerationZ(G),motionRotationRateX(rad/s),motionRotationRateY(rad/s),motionRotationRateZ(rad/s)",
            *rows(m, stamps(m, "iso"), m.t_s, -m.acc_m_s2 / G, m.t_s, m.gyr_rad_s, np.zeros((len(m), 3)),
                  m.gyr_rad_s * 0.9),
        ),
        ("of the other sign as an iPhone gives it", "gyroRotationX(rad/s)"),
    ),
    "mg and mdps, comments": Format(
        lambda path, m: write(
            path, "# recorded 2026-09-21", "# rate: 100 Hz", "t_ms,ax_mg,ay_mg,az_mg,gx_mdps,gy_mdps,gz_mdps",
            *rows(m, [f"{t * 1000:.0f}" for t in m.t_s], m.acc_m_s2 / G * 1000, np.degrees(m.gyr_rad_s) * 1000),
            "# end",
        ),
        ("in mg", "in mdps", "milliseconds"),
    ),
    "GENEActiv's way of times": Format(
        lambda path, m: write(
            path, *[f"Preamble {n},value" for n in range(99)],
            "timestamp,acc x (g),acc y (g),acc z (g),gyro x (°/s),gyro y (°/s),gyro z (°/s)",
            *rows(m, stamps(m, "colon"), m.acc_m_s2 / G, np.degrees(m.gyr_rad_s)),
        ),
        ("dates and times",),
    ),
}
# fmt: on


@pytest.mark.parametrize("name", FORMATS)
def test_a_recorders_format(tmp_path: Path, name: str) -> None:
    form, true = FORMATS[name], motion()
    path = tmp_path / "export.csv"
    form.write(path, true)
    found = load(path)
    same(found, true, form.atol)
    for words in form.notes:
        assert words in said(found), said(found)


def test_a_counter_of_32_bits_that_begins_anew_goes_on(tmp_path: Path) -> None:
    true = motion()
    path = tmp_path / "dot.csv"
    _dot(path, true)
    text = path.read_text(encoding="utf-8")
    for at in range(len(true)):  # so that it begins anew after 2 s
        was = 2268972329 + round(true.t_s[at] * 1e6)
        text = text.replace(f",{was},", f",{(was + 2**32 - 2268972329 - 2_000_000) % 2**32},")
    found = load(write(path, text.rstrip("\n")))
    same(found, true)
    assert "begins anew it goes on" in said(found)


# --- what can't be known


def plain(
    path: Path, m: Trace, header: str, times: list[str] | None = None, factor: float = 1.0
) -> Path:
    lines = rows(m, times or [f"{t:.6f}" for t in m.t_s], m.acc_m_s2, m.gyr_rad_s * factor)
    return write(path, header, *lines)


def test_the_unit_of_the_gyroscope_is_asked_for(tmp_path: Path) -> None:
    true = motion()
    path = plain(tmp_path / "a.csv", true, "t_s,ax,ay,az,gx,gy,gz", factor=np.degrees(1))
    error = refused(path)
    assert "the unit of its gyroscope (gx, ...) is not said" in str(error)
    assert "--gyr-unit" in error.hint
    found = load(path, reading=Reading(gyr_unit="dps"))
    same(found, true)
    assert "in m_s2 by gravity's length" in said(found)
    assert "in dps as given" in said(found)


def test_mtw_has_the_columns_of_a_dot_and_other_units(tmp_path: Path) -> None:
    """MT Manager writes rad/s under the names under which a DOT's export has degrees/s: asked, not guessed."""
    times = [str(round(t * 1e4)) for t in motion().t_s]
    path = plain(
        tmp_path / "mt.csv", motion(), "SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z", times
    )
    error = refused(path)
    assert "no rate" in str(error)
    error = refused(path, Reading(rate_hz=100))
    assert "--gyr-unit" in error.hint
    same(load(path, reading=Reading(rate_hz=100, gyr_unit="rad_s")), motion())


@pytest.mark.parametrize(("unit", "factor"), [("ms", 1e3), ("us", 1e6), ("s", 1.0)])
def test_the_unit_of_bare_times_is_asked_for(tmp_path: Path, unit: str, factor: float) -> None:
    true = motion()
    header = "timestamp,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
    path = plain(tmp_path / "a.csv", true, header, [f"{t * factor:.6f}" for t in true.t_s])
    error = refused(path)
    assert f"the unit of its column 'timestamp' is not said ({unit} would make 100 Hz)" in str(
        error
    )
    assert "--time-unit" in error.hint
    found = load(path, reading=Reading(time_unit=unit))
    same(found, true)


@pytest.mark.parametrize("form", ["ns", "us", "ms", "iso", "blank", "clock"])
def test_times_that_are_a_date_need_no_unit(tmp_path: Path, form: str) -> None:
    true = motion()
    header = "when_time,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps"
    lines = rows(true, stamps(true, form), true.acc_m_s2 / G, np.degrees(true.gyr_rad_s))
    found = load(write(tmp_path / "a.csv", header, *lines))
    same(found, true)
    assert found.t_s[0] == 0
    assert "counted from the first sample" in said(found)


def test_times_of_day_go_on_over_midnight(tmp_path: Path) -> None:
    true = motion()
    times = []
    for t in true.t_s:
        ms = (86_400_000 - 3_000 + round(t * 1000)) % 86_400_000
        times.append(
            f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
        )
    header = "clock time,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps"
    lines = rows(true, times, true.acc_m_s2 / G, np.degrees(true.gyr_rad_s))
    same(load(write(tmp_path / "a.csv", header, *lines)), true)


def test_two_accelerometers_are_asked_about(tmp_path: Path) -> None:
    true = motion()
    header = "t_s,head_acc_x_g,head_acc_y_g,head_acc_z_g,trunk_acc_x_g,trunk_acc_y_g,trunk_acc_z_g,wx,wy,wz"
    lines = rows(true, true.t_s, true.acc_m_s2 / G, true.acc_m_s2 * 1.1 / G, true.gyr_rad_s)
    path = write(tmp_path / "a.csv", header, *lines)
    error = refused(path)
    assert "more than one accelerometer: head_acc_x_g/" in str(error)
    assert "--acc-columns" in error.hint
    names = "head_acc_x_g,head_acc_y_g,head_acc_z_g"
    same(load(path, reading=Reading(acc_columns=names, gyr_unit="rad_s")), true)
    wrong = refused(path, Reading(acc_columns="head_acc_x_g,up,down"))
    assert "no column 'up'" in str(wrong)
    assert "trunk_acc_x_g" in wrong.hint


@pytest.mark.parametrize(
    ("header", "message", "hint"),
    [
        ("t_s,acc_x_g,acc_y_g,acc_z_g,mag_x,mag_y,mag_z", "it has no gyroscope", "--gyr"),
        ("t_s,gyr_x_dps,gyr_y_dps,gyr_z_dps,mag_x,mag_y,mag_z", "it has no accelerometer with gravity", "--acc"),
        ("t_s,x,y,z,a,b,c", "x, y, z are is not said", "--acc FILE --gyr FILE"),
        ("t_s,acc_x (lsb),acc_y (lsb),acc_z (lsb),gyr_x_dps,gyr_y_dps,gyr_z_dps", "counts", "calibrated"),
        ("t_s,Linear Acceleration x (m/s^2),Linear Acceleration y (m/s^2),Linear Acceleration z (m/s^2),wx,wy,wz",
         "it has no accelerometer with gravity", "not the linear"),
    ],
)  # fmt: skip
def test_a_sensor_that_is_not_there_is_named(
    tmp_path: Path, header: str, message: str, hint: str
) -> None:
    error = refused(plain(tmp_path / "a.csv", motion(), header))
    assert message in str(error)
    assert hint in error.hint


def test_an_acceleration_without_gravity_is_refused(tmp_path: Path) -> None:
    true = motion()
    lines = rows(true, true.t_s, true.acc_m_s2 - true.acc_m_s2.mean(axis=0) * 0.99, true.gyr_rad_s)
    header = "t_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
    error = refused(
        write(
            tmp_path / "a.csv",
            header.replace("acc_x_m_s2,acc_y_m_s2,acc_z_m_s2", "acc_x_mg,acc_y_mg,acc_z_mg"),
            *lines,
        )
    )
    assert "gravity is not in it" in str(error)
    in_mg = rows(true, true.t_s, true.acc_m_s2 / G * 1000, true.gyr_rad_s)
    assert "its unit is another" in str(refused(write(tmp_path / "b.csv", header, *in_mg)))


def test_decimal_commas_between_commas_are_told(tmp_path: Path) -> None:
    true = motion()
    header = "t_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps"
    lines = rows(true, true.t_s, true.acc_m_s2 / G, np.degrees(true.gyr_rad_s), comma=True)
    error = refused(write(tmp_path / "a.csv", header, *lines))
    assert "line 2: 14 values under 7 columns" in str(error)
    assert "semicolons or tabs" in error.hint


@pytest.mark.parametrize("factor", [np.degrees(1), np.radians(1), -1.0])
def test_a_gyroscope_that_does_not_fit_its_accelerometer_is_noticed(
    tmp_path: Path, factor: float
) -> None:
    """Whoever names the wrong unit is told: gravity turns in the sensor as the gyroscope says, or it does not."""
    true = motion(12.0)
    turning = replace(true, acc_m_s2=np.tile(true.acc_m_s2, (3, 1)), gyr_rad_s=np.tile(true.gyr_rad_s, (3, 1)),
                      t_s=np.arange(3 * len(true)) / RATE_HZ)  # fmt: skip
    path = plain(tmp_path / "a.csv", turning, OWN, factor=float(factor))
    if factor < 0:
        assert "turns the other way than its gyroscope says" in said(load(path))
        return
    error = refused(path)
    assert "one of their units is another" in str(error)
    assert "--gyr-unit" in error.hint


def test_blanks_between_the_columns_and_quoted_decimal_commas(tmp_path: Path) -> None:
    true = motion()
    parts = (true.t_s, true.acc_m_s2, true.gyr_rad_s)
    blanks = rows(true, *parts, separator="  ")
    same(load(write(tmp_path / "a.txt", OWN.replace(",", " "), *blanks)), true)
    quoted = [
        f'"{line}"'.replace(";", '","') for line in rows(true, *parts, separator=";", comma=True)
    ]
    same(load(write(tmp_path / "b.csv", OWN, *quoted)), true)
