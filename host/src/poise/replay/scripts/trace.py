# Runs in MicroPython: the firmware's chain over a file of samples; events as JSON lines on standard output.
#
# Argument: a JSON file with
#   samples, bursts  files: six int16 a sample; of each burst two int32: its samples, and ms from the start to its end
#   max_burst        samples of the longest burst
#   rate_uhz, acc_lsb_per_g, gyr_udps_per_lsb   the sensor's rate and scales
#   settings         name -> integer
#   upright_ms       an upright from the first still second after it, or null
#   calibrate_ms     the clip's own calibration begins then, or null
#   watch            whether the clip's watch over its sensor is on
#   out              null, or a file for five int32 a sample: up x, y, z (Q14), flexion and lateral flexion (cdeg);
#                    five zeros where there is no angle: a sensor fault, or no gravity
import json
import sys
from array import array

from drivers.health import Health
from motion import layout, poses, posture
from motion.attitude import Attitude
from motion.calibration import Calibration
from motion.chain import ACTIVITY, NOD, Chain
from motion.kernels import attitude_burst, attitude_outputs
from motion.placement import SHIFTED, STILL_CDPS, STILL_MG
from motion.vectors import angle_cdeg

STILL_MS = 1_000
RETRY_MS = 5_000  # the sampler's pause before it tries a faulty sensor again


class Still:
    """The mean up vector of the first second without movement; its limits are the fit's."""

    def __init__(self):
        self._begin()

    def _begin(self):
        self._sum = [0, 0, 0]
        self._held_ms = 0

    def step(self, dt_ms, angles):
        """Take one burst's results. Return None, and after a still second the mean up vector as Q14 integers."""
        if angles.gyro_rms_cdps > STILL_CDPS or angles.acc_deviation_mg > STILL_MG:
            self._begin()
            return None
        for i, value in enumerate(angles.up_q14):
            self._sum[i] += value * dt_ms
        self._held_ms += dt_ms
        if self._held_ms < STILL_MS:
            return None
        length = sum(s * s for s in self._sum) ** 0.5
        return tuple(round(s * 16384 / length) for s in self._sum)


class EachSample:
    """The filter's results after each sample of a burst, not only at its end.

    A copy of the filter's state takes the samples one at a time. The bias changes only at a burst's end, so the copy
    ends in the same state as the filter. `samples`: the burst's buffer, six words a sample, room for `longest`
    samples. `out`: the file for the results.
    """

    def __init__(self, attitude, samples, longest, out):
        self._attitude = attitude
        self._state = array("i", attitude._state)
        self._one = [memoryview(samples)[6 * k : 6 * k + 6] for k in range(longest)]
        self._results = memoryview(self._state)[layout.UP : layout.UP + 5]
        self._rows = memoryview(array("i", (0 for _ in range(5 * longest))))
        self._none = memoryview(array("i", (0 for _ in range(5 * longest))))
        self._out = out

    def take(self, n):
        """Write the results of the burst's `n` samples. Call this before the filter itself takes the burst."""
        state, coeff = self._state, self._attitude._coeff
        state[:] = self._attitude._state
        for k in range(n):
            attitude_burst(state, coeff, self._one[k], 1)
            blind = attitude_outputs(state, coeff) & layout.FLAG_NO_GRAVITY
            self._rows[5 * k : 5 * k + 5] = self._none[:5] if blind else self._results
        self._out.write(self._rows[: 5 * n])

    def leave_out(self, n):
        """Write zeros for a burst of `n` samples that the filter does not get; replaces `take`."""
        self._out.write(self._none[: 5 * n])

    def agrees(self):
        """True if the filter, having taken the burst, is in the copy's state.

        Without gravity the filter keeps the angles of the last burst's end, the copy those of the last sample that had
        gravity: then only gravity, slope and residue are compared.
        """
        ours = self._attitude._state
        first, last = layout.UP, layout.UP + 5
        if ours[layout.FLAGS] & layout.FLAG_NO_GRAVITY:
            first, last = layout.GRAVITY, layout.BIAS
        return all(ours[slot] == self._state[slot] for slot in range(first, last))


def tell(at, kind, fields):
    """Print one event as a JSON line. `at`: samples until now."""
    json.dump(dict(fields, at=at, kind=kind), sys.stdout)
    sys.stdout.write("\n")


def tell_events(at, chain, events):
    """Print the events as the records that the clip would write. `at`: samples until now."""
    now, nod = chain.posture, chain.nod
    flexion = chain.attitude.flexion_cdeg
    if events & posture.CHANGED:
        fields = {"state": now.state, "previous": now.previous, "lasted_ms": now.lasted_ms}
        tell(at, "posture", dict(fields, flexion_cdeg=flexion))
    if events & ACTIVITY:
        doing = chain.activity
        fields = {"activity": doing.now, "previous": doing.previous, "lasted_ms": doing.lasted_ms}
        tell(at, "activity", fields)
    if events & NOD:
        tell(at, "nod", {"peak_cdeg": nod.peak_cdeg, "duration_ms": nod.duration_ms})
    held = {"flexion_cdeg": flexion, "held_ms": now.held_ms}
    if events & posture.SUSTAINED:
        tell(at, "sustained", dict(held, limit_ms=now.limit_ms))
    if events & posture.NUDGE:
        tell(at, "nudge", dict(held, left_hour=now.left_hour, left_day=now.left_day))


def tell_sensor(at, sensor, chain, upright):
    """If the sensor stopped or went on, print it, with its fault or the posture's state, and tell `upright`."""
    if not sensor.changed:
        return
    if sensor.running:
        tell(at, "sensor", {"state": chain.posture.state})
    else:
        tell(at, "fault", {"fault": sensor.fault, "detail": 0})
    upright.interrupted(at)


class Fit:
    """Tells each change of the clip's fit."""

    def __init__(self, chain):
        self._chain = chain
        self._last = chain.donning.fit

    def step(self, at):
        """Print the fit if it has changed in this burst."""
        donning = self._chain.donning
        if donning.fit is self._last:
            return
        self._last = donning.fit
        shift = 0
        if self._last is SHIFTED:
            angles = self._chain.attitude
            shift = angle_cdeg(
                angles.up_q14, angles._coeff[layout.UPRIGHT + 6 : layout.UPRIGHT + 9]
            )
        tell(at, "fit", {"fit": self._last, "shift_cdeg": shift})


_LIMITS = {
    "refractory": "refractory_s",
    "per_hour": "nudges_per_hour",
    "per_day": "nudges_per_day",
}  # what keeps a nudge back -> its setting


class Silence:
    """Tells why a hold beyond its limit brings no nudge: once for each reason, until the hold ends.

    `settings`: the clip's settings by their names.
    """

    def __init__(self, chain, settings):
        self._chain = chain
        self._settings = settings
        self._told = []

    def step(self, at, events):
        """Look at the burst's outcome; print a new reason."""
        now = self._chain.posture
        if now.state is not posture.FLEXED or now.held_ms < now.limit_ms:
            self._told = []
            return
        if events & posture.NUDGE:
            self._told = None  # a hold that has had its nudge needs no reason for silence
        if self._told is None:
            return
        why = self._why()
        if why not in self._told:
            self._told.append(why)
            tell(at, "silent", {"why": why[0], "of": why[1]})

    def _why(self):
        """Return the reason and its detail: a setting's value, the doubtful fit, the activity, or None."""
        chain = self._chain
        why = chain.posture.withheld()
        if why == "muted":
            if chain.donning.doubtful:
                return "fit", chain.donning.fit
            return "activity", chain.activity.now
        return why, self._settings.get(_LIMITS.get(why))


class Upright:
    """Takes the wearer's upright once, from the first still second or by the clip's own calibration."""

    def __init__(self, chain, upright_ms, calibrate_ms):
        self._chain = chain
        self._still = None if upright_ms is None else Still()
        self._from_ms = calibrate_ms if upright_ms is None else upright_ms
        self._attempt = None

    @property
    def busy(self):
        """True while a calibration is under way."""
        return self._attempt is not None and self._from_ms is not None

    def step(self, at, t_ms, dt_ms):
        """Take a burst; note the calibration when it ends."""
        if self._from_ms is None or not self._chain.attitude.ready:
            return
        # The clip's calibration takes the burst that follows the button's press, whatever of it came before.
        if (t_ms - dt_ms if self._still else t_ms) < self._from_ms:
            return
        up, right, result = self._still_up(dt_ms) if self._still else self._calibrated_up(dt_ms)
        if result is None:
            return
        self._from_ms = None
        if result == "accepted":
            try:
                self._chain.take(up, right, True)
            except ValueError:
                result = "tilted"
        tell(at, "calibration", {"result": result, "up_q14": up})

    def interrupted(self, at):
        """Handle a sensor that stopped or went on: the still second begins anew, the clip's own calibration ends."""
        if self._still:
            self._still._begin()
        elif self._attempt is not None and self._from_ms is not None:
            self._from_ms = None
            tell(at, "calibration", {"result": "sensor_fault", "up_q14": None})

    def _still_up(self, dt_ms):
        up = self._still.step(dt_ms, self._chain.attitude)
        return up, self._chain.attitude.mount_right_q14, up and "accepted"

    def _calibrated_up(self, dt_ms):
        if self._attempt is None:
            self._attempt = Calibration()
        result = self._chain.judge(self._attempt, dt_ms)
        return self._attempt.up_q14, self._attempt.right_q14, result


class Sensor:
    """The clip's health watch over its sensor, with the sampler's reaction: a fault stops the sensor until a retry.

    A retry follows every RETRY_MS. The watch over the samples until then stands for the self-test, which a trace does
    not have. `rate_hz`: samples a second. `watched`: False for a trace without the watch.
    """

    def __init__(self, chain, rate_hz, watched):
        self._attitude = chain.attitude
        self._health = Health(round(rate_hz)) if watched else None
        self._retry_ms = 0
        self.fault = None
        self.running = True
        self.changed = False  # True if the sensor stopped or went on in this burst

    def step(self, now_ms, dt_ms, n, samples):
        """Take a burst; return True if the filter gets it."""
        self.changed = False
        if not self._health:
            return True
        fault = self._health.step(dt_ms, n, samples)
        if not self.running and now_ms >= self._retry_ms:
            self._retry_ms += RETRY_MS
            if not fault:
                self._attitude.restart()
                self._health.restart()
                self.running = self.changed = True
        elif self.running and fault:
            self._stop(now_ms, fault)
        return self.running

    def weigh(self, now_ms, dt_ms):
        """Look at the burst's outcome in the filter."""
        self.changed = False
        if not self._health:
            return
        fault = self._health.weigh(dt_ms, self._attitude)
        if fault:
            self._stop(now_ms, fault)

    def _stop(self, now_ms, fault):
        self.fault = fault
        self.running, self.changed = False, True
        self._retry_ms = now_ms + RETRY_MS


def run(job, samples_file, bursts_file, out):
    """Run the firmware's chain over all bursts and print the events."""
    longest = job["max_burst"]
    attitude = Attitude(
        job["rate_uhz"] / 1_000_000, job["acc_lsb_per_g"], 1_000_000 / job["gyr_udps_per_lsb"]
    )
    chain = Chain(attitude, job["settings"])
    upright = Upright(chain, job["upright_ms"], job["calibrate_ms"])
    samples = array("h", (0 for _ in range(6 * longest)))
    parts = [memoryview(samples)[: 6 * n] for n in range(longest + 1)]
    burst = array("i", (0, 0))
    each = EachSample(attitude, samples, longest, out) if out else None
    sensor = Sensor(chain, attitude.rate_hz, job["watch"])
    fit = Fit(chain)
    silence = Silence(chain, job["settings"])
    doing = None
    at = last_ms = blind = 0
    while bursts_file.readinto(burst):
        n, end_ms = burst
        samples_file.readinto(parts[n])
        dt_ms = end_ms - last_ms
        last_ms = end_ms
        at += n
        runs = sensor.step(end_ms, dt_ms, n, samples)
        tell_sensor(at, sensor, chain, upright)
        if not runs:
            doing = None
            if each:
                each.leave_out(n)
            continue
        chain.correct(samples, n)
        if each:
            each.take(n)
        events = chain.step(dt_ms, samples, n)
        if each and not each.agrees():
            raise AssertionError("sample by sample is not the burst at %d" % at)
        if attitude._state[layout.FLAGS] & layout.FLAG_NO_GRAVITY:
            blind += n
        if events:
            tell_events(at, chain, events)
        if chain.activity.now is not doing:
            doing = chain.activity.now
            tell(at, "doing", {"activity": doing})
        if not upright.busy and chain.accelerometer.due and chain.learn(poses):
            tell(at, "accelerometer", poses.fields(chain.accelerometer))
        silence.step(at, events)
        upright.step(at, last_ms, dt_ms)
        fit.step(at)
        sensor.weigh(end_ms, dt_ms)
        tell_sensor(at, sensor, chain, upright)
    tell(at, "end", {"saturated": attitude.saturated, "no_gravity": blind})


def main(path):
    """Read the job's JSON file at `path`, and run it."""
    with open(path) as file:
        job = json.load(file)
    out = open(job["out"], "wb") if job["out"] else None  # noqa: SIM115 (closed below)
    try:
        with open(job["samples"], "rb") as samples, open(job["bursts"], "rb") as bursts:
            run(job, samples, bursts, out)
    except ValueError as error:  # a DesignError: the rate and scales do not fit the filter
        tell(0, "refused", {"why": str(error)})
    finally:
        if out:
            out.close()


main(sys.argv[1])
