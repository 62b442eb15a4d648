"""Calibrations of the wearer's upright: started, stored and noted; and the records of the clip's fit."""

import gc

from motion.accelerometer import true
from motion.placement import SHIFTED, TURNED
from motion.vectors import angle_cdeg, unit_q14
from system.unload import unload

_MAX_SHIFT_CDEG = 18_000
_REFUSED = {
    "moving": "refused_moving",
    "tilted": "refused_tilted",
    "no_nods": "refused_nods",
    "uneven_nods": "refused_nods",
    "sensor_fault": "refused_sensor",
}


class Calibrator:
    """Runs calibrations. `clip` gives the settings, the stored upright and `note`; `chain` is the motion chain."""

    def __init__(self, clip: "Clip", chain: "Chain") -> None:
        self._clip = clip
        self._chain = chain
        self._attempt: "Calibration | None" = None
        self._imu = ""  # the sensor's name

    def follow(self, dt_ms: int) -> None:
        """Call after each burst of `dt_ms`: note a change of fit, and carry on the calibration under way."""
        donning = self._chain.donning
        if donning.changed:
            donning.changed = False
            self._note_fit(donning.fit)
        self._carry_on(dt_ms)

    def _note_fit(self, state: str) -> None:
        shift = 0
        if state is SHIFTED:
            shift = self._shift(self._chain.attitude.up_q14)
        fields = {"site": self._clip.settings.get("site"), "fit": state, "shift_cdeg": shift}
        doubt = state is SHIFTED or state is TURNED
        self._clip.note("fit", fields, buzz="check_fit" if doubt else None)

    def learn(self) -> None:
        """Learn from a pose that is due. Note a change of the accelerometer's error: calibrations refer to the last."""
        from motion import poses

        unload("motion.poses")
        changed = self._chain.learn(poses)
        error = self._chain.accelerometer
        if not error.unsaved:
            return
        try:
            self._clip.accelerometer.store(poses.dump(error, self._imu))
        except OSError as failure:
            self._clip.fault("flash_write", failure.args[0])  # to be learnt again after a restart
        if changed:
            self._clip.note("accelerometer", poses.fields(error))

    # --- calibration

    @property
    def busy(self) -> bool:
        """True while a calibration is under way."""
        return self._attempt is not None

    def begin(self, full: bool) -> bool:
        """Start a calibration; return False while one is under way.

        `full` asks for nods as well as the pose. A pose alone keeps the right axis of the last calibration, or takes
        the mount's.
        """
        if self._attempt:
            return False
        # Imported here: a calibration takes half a minute, and afterwards the heap gets the module's memory back.
        from motion.calibration import Calibration

        attitude = self._chain.attitude
        stored = self._clip.upright
        before = (self._up_before(), stored.right_q14) if self._chain.calibrated else None
        if before is None and not full:
            before = (attitude.mount_up_q14, attitude.mount_right_q14)
        self._attempt = Calibration(before, full)
        return True

    def cancel(self) -> None:
        """Stop the calibration, because the sensor no longer answers."""
        self._end()

    def _end(self) -> None:
        self._attempt = None
        unload("motion.calibration")

    def _carry_on(self, dt_ms: int) -> None:
        attempt = self._attempt
        if not attempt:
            return
        nodding = attempt.nodding
        result = self._chain.judge(attempt, dt_ms)
        if result:
            found = (attempt.up_q14, attempt.right_q14, attempt.quality_pct, attempt.spread_cdeg)
            attempt = None
            self._end()
            gc.collect()  # storing the outcome needs the memory of the module just unloaded
            self._settle(result, *found)
        elif attempt.nodding and not nodding:
            self._clip.buzz("nod_now", 0)

    def _settle(
        self, result: str, up: "Vector", right: "Vector", quality_pct: int, spread_cdeg: int
    ) -> None:
        clip = self._clip
        site = clip.settings.get("site")
        fields = {
            "site": site,
            "result": result,
            "spread_cdeg": spread_cdeg,
            "shift_cdeg": self._shift(up),
            "quality_pct": quality_pct,
        }
        for i in range(3):
            fields["up_" + "xyz"[i] + "_q14"] = up[i]
            fields["right_" + "xyz"[i] + "_q14"] = right[i]
        if result == "accepted":
            self._take(site, quality_pct, up, right)
        clip.note("calibration", fields, buzz=_REFUSED.get(result, "calibrated"))

    def _up_before(self) -> "Vector":
        """Up at the stored calibration, without the accelerometer's error; empty without one."""
        stored = self._clip.upright.up_q14
        return stored and unit_q14(true(stored, self._chain.accelerometer.error))

    def _shift(self, up_q14: "Vector") -> int:
        before = self._up_before()
        if not before or up_q14 == (0, 0, 0):
            return 0
        return min(_MAX_SHIFT_CDEG, angle_cdeg(up_q14, before))

    def _take(self, site: int, quality_pct: int, up: "Vector", right: "Vector") -> None:
        clip = self._clip
        self._chain.take(up, right, True)
        try:
            clip.upright.store(site, quality_pct, self._chain.upright_q14, right, clip.utc_s())
        except OSError as error:
            clip.fault("flash_write", error.args[0])  # the calibration is lost at the next start

    def load(self, imu: str) -> None:
        """Take what is stored of this sensor, and the calibration if it belongs to the site that is set."""
        chain = self._chain
        if imu != self._imu:
            from motion import poses

            unload("motion.poses")
            self._imu = imu
            poses.load(chain.accelerometer, self._clip.accelerometer.read(), imu)
        stored = self._clip.upright
        if not stored.up_q14 or stored.site != self._clip.settings.get("site"):
            chain.calibrated = False
            chain.donning.forget()
        elif not chain.calibrated:
            chain.take(self._up_before(), stored.right_q14, False)
        else:  # the sensor or a setting changed: the fit is unchanged
            chain.renew()
