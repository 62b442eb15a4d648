"""Vote on contradicting clock pairs of a clip: it selects the pairs that are believed. Pure.

Within a boot the offset between UTC and the clip's clock changes by at most DRIFT_PPM, and boots follow each other. The
largest set of pairs that can all be true together wins. Of equally large sets the one with the newest pair wins,
because people correct the clocks of hosts. A pair that the clip noted itself, from the time that it kept over a
restart, repeats an earlier host's time and has no vote. An impossible time is never believed.

Offsets are integers of UNIT per millisecond, so that the drift over a span is exactly its length in milliseconds.
"""

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import NamedTuple

from .clock import possible

# ESP32 boards carry crystals of 10 to 40 ppm. This allows for ageing, heat and cheap crystals too.
DRIFT_PPM = 100
UNIT = 1_000_000 // DRIFT_PPM


class ClockPair(NamedTuple):
    """At `t_ms` of this boot it was `utc_ms`, within `uncertainty_ms`. `kept`: the clip noted the pair itself."""

    boot: int
    t_ms: int
    utc_ms: int
    uncertainty_ms: int
    kept: bool = False

    @property
    def low(self) -> int:
        """Least offset of UTC that the pair allows, in UNIT."""
        return (self.utc_ms - self.t_ms - self.uncertainty_ms) * UNIT

    @property
    def high(self) -> int:
        """Greatest offset of UTC that the pair allows, in UNIT."""
        return (self.utc_ms - self.t_ms + self.uncertainty_ms) * UNIT


class Boot:
    """Pairs of one boot that can all be true: one or more, in order of time.

    `bounds`: (t_ms, low, high) of each time, tightened by all the pairs; low and high are offsets of UTC, in UNIT.
    """

    def __init__(self, pairs: Sequence[ClockPair]) -> None:
        self.number = pairs[0].boot
        self.pairs = tuple(pairs)
        self.bounds = _bounds(pairs)
        self.votes = sum(not pair.kept for pair in pairs)
        self.newest = max((pair.t_ms for pair in pairs if not pair.kept), default=-1)

    def offsets(self, t_ms: int) -> tuple[int, int]:
        """Return (least, greatest) offset at `t_ms`, which must not lie between the first and the last pair."""
        at_ms, low, high = self.bounds[0] if t_ms <= self.bounds[0][0] else self.bounds[-1]
        return low - abs(t_ms - at_ms), high + abs(t_ms - at_ms)

    def reaches(self) -> list[tuple[int, int, float]]:
        """Return (t_ms, own uncertainty, least uncertainty of the other pairs plus drift) of each time, in UNIT."""
        own = [
            (t_ms, min(pair.uncertainty_ms for pair in group) * UNIT)
            for t_ms, group in groupby(self.pairs, key=lambda pair: pair.t_ms)
        ]
        forward = _carried(own)
        backward = _carried(own[::-1])[::-1]
        return [
            (t_ms, unsure, min(a, b))
            for (t_ms, unsure), a, b in zip(own, forward, backward, strict=True)
        ]


def believed(pairs: Sequence[ClockPair], last_t_ms: dict[int, int]) -> list[Boot]:
    """Return the boots with their believed pairs. `pairs` is sorted; `last_t_ms`: boot -> greatest known `t_ms`."""
    told = [pair for pair in pairs if possible(pair.utc_ms)]
    candidates: list[Boot] = []
    for _, group in groupby(told, key=lambda pair: pair.boot):
        candidates += _sets(list(group))
    return _in_order(candidates, last_t_ms)


def _sets(pairs: list[ClockPair]) -> list[Boot]:
    """Divide the pairs of a boot into sets that can be true together, the largest first."""
    found: list[Boot] = []
    while pairs:
        chosen = pairs if _agree(pairs) else _largest(pairs)
        found.append(Boot(chosen))
        taken = set(chosen)
        pairs = [pair for pair in pairs if pair not in taken]
    return found


def _agree(pairs: Sequence[ClockPair]) -> bool:
    return all(low <= high for _, low, high in _bounds(pairs))


def _bounds(pairs: Iterable[ClockPair]) -> list[tuple[int, int, int]]:
    merged = []
    for t_ms, group in groupby(pairs, key=lambda pair: pair.t_ms):
        same = list(group)
        merged.append((t_ms, max(pair.low for pair in same), min(pair.high for pair in same)))
    return _tightened(_tightened(merged)[::-1])[::-1]


def _tightened(bounds: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return each bound tightened by the bounds before it."""
    out = bounds[:1]
    for t_ms, low, high in bounds[1:]:
        at_ms, before_low, before_high = out[-1]
        drift = abs(t_ms - at_ms)
        out.append((t_ms, max(low, before_low - drift), min(high, before_high + drift)))
    return out


def _carried(own: list[tuple[int, int]]) -> list[float]:
    """Return for each time the least uncertainty that an earlier one has there after drift; infinite for the first."""
    out: list[float] = [float("inf")]
    for (a_ms, unsure), (b_ms, _) in pairwise(own):
        out.append(min(out[-1], unsure) + abs(b_ms - a_ms))
    return out


@dataclass(frozen=True)
class _Camp:
    """Pairs of a boot that agree with each other and with the same other pairs: all of them are right, or none."""

    votes: int
    newest: int  # index of its last pair that has a vote
    count: int


def _camps(pairs: Sequence[ClockPair]) -> tuple[list[int], list[_Camp]]:
    """Return the camp number of each pair, and the camps in the order of their first pairs."""
    spans = [(pair.t_ms, pair.low, pair.high) for pair in pairs]
    friends = [1 << place for place in range(len(pairs))]
    for b, (b_ms, b_low, b_high) in enumerate(spans):
        for a, (a_ms, a_low, a_high) in enumerate(spans[:b]):
            drift = b_ms - a_ms
            if a_low - drift <= b_high and b_low <= a_high + drift:
                friends[a] |= 1 << b
                friends[b] |= 1 << a
    members: dict[int, list[int]] = {}
    for place, mask in enumerate(friends):
        members.setdefault(mask, []).append(place)
    camps = []
    for places in members.values():
        voting = [place for place in places if not pairs[place].kept]
        camps.append(_Camp(len(voting), max(voting, default=-1), len(places)))
    numbers = {mask: number for number, mask in enumerate(members)}
    return [numbers[mask] for mask in friends], camps


@dataclass(frozen=True)
class _Path:
    """Range of offsets of a clock that agrees with the camps in `joined` (bits), for the pairs seen so far."""

    low: int
    high: int
    joined: int = 0
    votes: int = 0
    newest: int = -1
    count: int = 0

    def worth(self) -> tuple[int, int, int]:
        return self.votes, self.newest, self.count

    def after(self, drift: int) -> "_Path":
        return replace(self, low=self.low - drift, high=self.high + drift)

    def within(self, pair: ClockPair) -> "_Path":
        return replace(self, low=max(self.low, pair.low), high=min(self.high, pair.high))

    def join(self, number: int, camp: _Camp) -> "_Path":
        votes, newest = self.votes + camp.votes, max(self.newest, camp.newest)
        count, joined = self.count + camp.count, self.joined | 1 << number
        return replace(self, joined=joined, votes=votes, newest=newest, count=count)

    def beats(self, other: "_Path") -> bool:
        """Return whether this path is at least as good as `other`: an equal or wider range, and no less worth.

        Later pairs of the camps in `joined` do not narrow it further: their first pair has ruled out the same offsets.
        """
        wider = self.low <= other.low and other.high <= self.high
        return wider and self.worth() >= other.worth()


def _largest(pairs: Sequence[ClockPair]) -> list[ClockPair]:
    """Return the best set of pairs that one clock within the drift allows: most votes, then newest, then most pairs.

    The search follows every clock that can still win. A drift-limited clock for a whole set exists if there is one for
    every two pairs of the set.
    """
    of_pair, camps = _camps(pairs)
    paths: list[_Path] = []
    at_ms = pairs[0].t_ms
    left = sum(camp.votes for camp in camps)
    seen = 0
    for pair, number in zip(pairs, of_pair, strict=True):
        bit = 1 << number
        paths = [one.after(pair.t_ms - at_ms) for one in paths]
        at_ms = pair.t_ms
        if not seen & bit:
            seen, left = seen | bit, left - camps[number].votes
            ways = [*paths, _Path(pair.low, pair.high)]
            paths += [one.join(number, camps[number]) for one in ways]
        paths = [one.within(pair) if one.joined & bit else one for one in paths]
        paths = _best([one for one in paths if one.low <= one.high], left)
    best = max(paths, key=_Path.worth)
    return [pair for pair, number in zip(pairs, of_pair, strict=True) if best.joined >> number & 1]


def _best(paths: list[_Path], left: int) -> list[_Path]:
    """Return the paths that can still win with `left` more votes."""
    kept: list[_Path] = []
    most = max(one.votes for one in paths)
    for path in sorted(paths, key=_Path.worth, reverse=True):
        if path.votes + left < most:
            break
        if not any(one.beats(path) for one in kept):
            kept.append(path)
    return kept


# --- boots follow each other


@dataclass(frozen=True)
class _Chain:
    """Boots in order. `end`: the least UTC at which the last boot ended, in UNIT."""

    votes: int
    newest: tuple[int, int]
    count: int
    end: int
    boot: Boot
    before: "_Chain | None"

    def worth(self) -> tuple[int, tuple[int, int], int]:
        return self.votes, self.newest, self.count


def _in_order(candidates: list[Boot], last_t_ms: dict[int, int]) -> list[Boot]:
    """Return the best chain: at most one set of each boot, and no boot begins before the previous one has ended."""
    chains: list[_Chain] = []  # the best last
    for boot in candidates:
        best = next((one for one in reversed(chains) if _follows(one, boot)), None)
        insort(chains, _linked(best, boot, last_t_ms), key=_Chain.worth)
    chosen: list[Boot] = []
    chain = chains[-1] if chains else None
    while chain is not None:
        chosen.append(chain.boot)
        chain = chain.before
    return chosen[::-1]


def _follows(chain: _Chain, boot: Boot) -> bool:
    _, high = boot.offsets(0)
    return chain.boot.number < boot.number and chain.end <= high


def _linked(before: _Chain | None, boot: Boot, last_t_ms: dict[int, int]) -> _Chain:
    last = max(last_t_ms.get(boot.number, 0), boot.pairs[-1].t_ms)
    low, _ = boot.offsets(last)
    end = low + last * UNIT
    if before is None:
        return _Chain(boot.votes, (boot.number, boot.newest), len(boot.pairs), end, boot, None)
    newest = (boot.number, boot.newest) if boot.votes else before.newest
    return _Chain(
        before.votes + boot.votes,
        newest,
        before.count + len(boot.pairs),
        max(end, before.end),
        boot,
        before,
    )
