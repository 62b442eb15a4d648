"""Steps of the wearer: walking, on stairs or running, told by their rhythm.

Who walks shakes the clip again and again in the same way. The length of the specific force is kept every 80 ms for
4 s, and correlated with itself a step or a stride later (0.3 to 1.1 s). Hands and desk work swing as far, but not in
time: they show no peak, or it is gone in the next seconds. A clip that is turned about shows a high rate of rotation
for what it swings; a body on its legs is shaken more than it turns.
"""

from array import array

from motion.periodic import correlate, measure, peak

CELLS = 50
CELL_MS = 80
LAGS = 14
LEAST_SPAN_MS = 60  # shorter bursts are taken together
RECKON_CELLS = 6  # the rhythm is reckoned every 0.48 s
MOST_SPAN_MS = 4_000  # a longer gap fills all cells
MOST_MG = 32_000

# A correlation r as `motion.periodic` has it.
CLEAR = 13_517  # 0.65: seen once, it begins walking
LASTING = 11_878  # 0.45: its mean of the last seconds begins walking
STRONG_CLEAR = 12_288  # 0.5: the same for strong steps, which no desk shows
STRONG_LASTING = 11_059  # 0.35
CALM_CLEAR = 14_746  # 0.8: the same while the clip hardly turns, as in a vehicle or over a book
CALM_LASTING = 13_107  # 0.6
RUN_CLEAR = 11_469  # 0.4
GOES_ON = 11_059  # 0.35
GOES_ON_LASTING = 10_650  # 0.3
NONE = 8_192

BEGIN_MG = 40  # least swing of each of the last three seconds, of two for strong steps
GO_ON_MG = 30  # of two
SWINGING_MG = 60  # of three: hardly anyone's at a desk
RISES = 3  # in 4 s: slower is no walking
MOST_RISES = 12  # nobody walks faster, but a head trembles faster
RUN_MOST_RISES = 13
RUN_RISES = 2  # has only just begun
OVER = 4  # reckonings without a rhythm that end walking: 2 s
CALM_CDPS = 1_000  # a head or waist turns more with each step
TURNED_CDPS = 8_000  # nobody's head or waist turns faster for 2 s while walking,
TURNED_HARD_CDPS = 11_000  # or while running
TURNED_OFF_CDPS = 15_000  # ends both, but for running in a steady rhythm
STRONG_MG = 150  # spread over 2 s
RUN_MG = 300
RUN_SWING_MG = 600  # in a second
LEAP_MG = 1_400  # in a second, with RISES: whoever leaves the ground runs, whatever the correlation


class Gait:
    """Step detector. Current after each `step`: `walking`; `trembling`: a rhythm too fast for steps; `swinging`: the
    force swings on and on, in time or not, but for a tremor.
    """

    def __init__(self) -> None:
        self.walking = self.trembling = self.swinging = False
        self._cells = array("H", (1_000 for _ in range(CELLS)))
        self._work = array("H", self._cells)
        self._alike = array("H", (NONE for _ in range(LAGS + 2)))
        self._slow = array("H", self._alike)
        self._results = array("i", (0, 0, 0, 0, 0))
        self._head = 0
        self._waiting = 0  # cells since the last reckoning
        self._late_ms = 0  # since the last cell
        self._span_ms = self._sum = 0  # of the bursts that are taken together
        self._last_mg = 1_000
        self._rate_cdps = 0  # mean over about a second
        self._without = 0

    def step(self, dt_ms: int, norm_mg: int, rate_cdps: int) -> None:
        """Take the length of a burst's mean specific force, and its rate of rotation."""
        dt_ms = min(dt_ms, MOST_SPAN_MS)
        self._rate_cdps += (rate_cdps - self._rate_cdps) * min(dt_ms, 1_000) // 1_000
        self._sum += min(norm_mg, MOST_MG) * dt_ms
        self._span_ms += dt_ms
        if self._span_ms < LEAST_SPAN_MS:
            return
        self._fill(self._span_ms, self._sum // self._span_ms)
        self._span_ms = self._sum = 0
        if self._waiting >= RECKON_CELLS:
            self._waiting = 0
            self._reckon()

    def _fill(self, span_ms: int, norm_mg: int) -> None:
        """Fill the cells of this span, on a straight line from the value before."""
        rise_mg = norm_mg - self._last_mg
        at_ms = CELL_MS - self._late_ms
        while at_ms <= span_ms:
            self._cells[self._head] = self._last_mg + rise_mg * at_ms // span_ms
            self._head = (self._head + 1) % CELLS
            self._waiting += 1
            at_ms += CELL_MS
        self._late_ms = span_ms - at_ms + CELL_MS
        self._last_mg = norm_mg

    def _reckon(self) -> None:
        measure(self._cells, self._head, self._work, self._results)
        correlate(self._work, self._alike, self._slow)
        self._decide(peak(self._alike), peak(self._slow))

    def _decide(self, now: int, lasting: int) -> None:
        """Judge the correlation of the last 4 s and its mean, beside `_results` and the rate."""
        spread_mg, least_mg, _, rises, least_of_three_mg = self._results
        fast = rises > (RUN_MOST_RISES if spread_mg >= RUN_MG else MOST_RISES)
        self.trembling = fast and (now >= CALM_CLEAR or lasting >= CALM_LASTING)
        swinging = least_of_three_mg >= SWINGING_MG and rises >= RISES
        self.swinging = swinging and not self.trembling
        # A body on its legs: over 3 mg a degree a second.
        hard = spread_mg >= RUN_MG and spread_mg * 33 >= self._rate_cdps
        if self.walking:
            on = not fast and (now >= GOES_ON or lasting >= GOES_ON_LASTING)
            # A runner may turn round as fast as a hand does, and keeps the rhythm.
            legs = hard and lasting >= CALM_CLEAR
            on = on and least_mg >= GO_ON_MG and (legs or self._rate_cdps < TURNED_OFF_CDPS)
            self._without = 0 if on else self._without + 1
            self.walking = self._without < OVER
            return
        self._without = 0
        if not fast and self._rate_cdps < TURNED_HARD_CDPS:
            self.walking = (hard and self._runs(now)) or (
                rises >= RISES and self._walks(now, lasting)
            )

    def _runs(self, now: int) -> bool:
        _, _, swing_mg, rises, _ = self._results
        if rises < RUN_RISES or swing_mg < RUN_SWING_MG:
            return False
        return now >= RUN_CLEAR or (swing_mg >= LEAP_MG and rises >= RISES)

    def _walks(self, now: int, lasting: int) -> bool:
        spread_mg, least_mg, _, _, least_of_three_mg = self._results
        rate = self._rate_cdps
        # Over 3 mg a degree a second, or over 0.5 for weak steps.
        if spread_mg >= STRONG_MG and spread_mg * 33 >= rate:
            clear = now >= STRONG_CLEAR or lasting >= STRONG_LASTING
            return clear and least_mg >= BEGIN_MG
        if least_of_three_mg < BEGIN_MG or rate >= TURNED_CDPS or spread_mg * 200 < rate:
            return False
        if rate < CALM_CDPS:
            return now >= CALM_CLEAR or lasting >= CALM_LASTING
        return now >= CLEAR or lasting >= LASTING
