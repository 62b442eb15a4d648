"""The rules of a session, one by one, on frames of a head that follows the cues or does not."""

import pytest

from poise.coach.plan.prescription import Prescription, for_reference
from poise.coach.session.cues import PATTERNS, Cue, Phase
from poise.coach.session.result import row_fields
from poise.coach.session.session import STALL_MS
from poise.errors import PoiseError
from poise.wire.table import names
from tests.support.exercise_gym import PACE, gym, look_down
from tests.support.exercise_wearer import Gym


def turn(**more) -> Prescription:
    given = {"movements": ("rotation_left",), "site": "head", "reps": 5, "target_deg": 50}
    return Prescription("turn", "Look over the shoulder", **{**given, **more})


def finish(place: Gym, pain: int | None = 2) -> None:
    place.until_phase(Phase.PAIN_AFTER)
    place.hear(place.session.answer_pain(pain))
    assert place.session.phase is Phase.DONE


# --- done well


def test_five_turns_to_the_left():
    place = gym(turn(), rotation=-52.0)
    place.begin()
    finish(place)
    result = place.session.result
    assert (result.outcome, result.reps_done, place.session.source) == ("done", 5, "sensed")
    assert place.cues.count(Cue.GO_OUT) == place.cues.count(Cue.COUNTED) == 5
    assert place.cues[-1] is Cue.SESSION_DONE
    for one in result.reps:
        assert 4_990 <= one["peak_cdeg"] <= 5_250
        assert (one["faults"], one["movement"], one["timed"]) == ([], "rotation_left", False)
    assert result.smoothness["rotation_left"]["count"] == 5


def test_both_sides_and_sets_in_their_order():
    asked = turn(movements=("lateral_left", "lateral_right"), reps=2, sets=2, target_deg=30)
    place = gym(asked, lateral=-31.0)
    place.begin()
    for lateral in (31.0, -31.0, 31.0):
        place.until_phase(Phase.REST)
        place.out = {"lateral": lateral}
        left = place.session.view().left_ms
        assert left in (PACE.rest, PACE.side) or PACE.side - 40 <= left <= PACE.rest
        place.until_phase(Phase.OUT)
    finish(place)
    result = place.session.result
    assert [(one["movement"], one["set"]) for one in result.reps] == [
        (movement, number)
        for number in (1, 2)
        for movement in ("lateral_left", "lateral_right")
        for _ in range(2)
    ]
    assert (result.reps_done, asked.reps_prescribed, result.outcome) == (8, 8, "done")
    assert place.cues.count(Cue.SET_DONE) == 3


def test_each_side_of_a_movement_without_sides_and_the_plans_own_rest():
    asked = Prescription(
        "hold", "Hold", ("isometric",), "head", reps=1, sets=2, hold_s=2, side="each", rest_s=45
    )
    place = gym(asked)
    place.begin()
    sides, rests = [place.session.view().side], []
    for _ in range(3):
        place.until_phase(Phase.REST)
        rests.append(round(place.session.view().left_ms, -3))
        place.until_phase(Phase.OUT)
        sides.append(place.session.view().side)
    finish(place)
    assert sides == ["left", "right", "left", "right"]
    assert rests == [PACE.side, 45_000, PACE.side]
    assert place.session.result.reps_done == asked.reps_prescribed == 4


def test_a_repetition_with_its_hold():
    place = gym(look_down(hold_s=3), flexion=41.0)
    place.begin()
    place.until_phase(Phase.HOLD)
    view = place.session.view()
    assert view.band_deg == (36.0, 50.0) and view.inside and view.target_deg == 40
    assert 2_900 <= view.left_ms <= 3_000
    finish(place)
    assert [one["held_ms"] for one in place.session.result.reps] == [3_000] * 3
    assert place.cues.count(Cue.HOLD_DONE) == 3
    fields = row_fields(look_down(hold_s=3), place.session.result, "sensed", "", (1, 2), "terminal")
    assert (fields["hold_done_s"], fields["reps_done"], fields["outcome"]) == (3, 3, "done")


def test_a_hold_on_its_own_and_its_clock_that_pauses():
    asked = Prescription(
        "stretch", "Stretch", ("stretch_trapezius_left",), "head", 2, 1, 10, target_deg=38
    )
    place = gym(asked, lateral=-38.0)
    place.begin()
    place.until_phase(Phase.HOLD)
    place.run(4)
    place.head.go(0.5, lateral=-10.0)
    place.run(3)
    assert Cue.OUT_OF_BAND in place.cues and not place.session.view().inside
    before = place.session.view().left_ms
    place.run(2)
    assert place.session.view().left_ms == before > 4_000
    place.head.go(1, lateral=-38.0)
    finish(place)
    first, second = place.session.result.reps
    assert (first["held_ms"], first["interruptions"]) == (10_000, 1)
    assert (second["held_ms"], second["interruptions"]) == (10_000, 0)


def test_the_nod_needs_the_persons_own_full_nod():
    asked = Prescription("nod", "Nod", ("nod",), "head", 2, 1, 5, level=2)
    assert (asked.source, asked.blocks[0].judged) == ("self_reported", None)
    assert "not recorded" in asked.blocks[0].limits
    known = Prescription(
        "nod", "Nod", ("nod",), "head", 2, 1, 5, level=2, reference={"nod": {"peak_cdeg": 1_600}}
    )
    place = gym(known, flexion=8.0)
    place.begin()
    assert place.session.view().band_deg == (6.4, 9.6)
    finish(place)
    assert [one["held_ms"] for one in place.session.result.reps] == [5_000] * 2


def test_stillness():
    place = gym(Prescription("isometric", "Press", ("isometric",), "head", 2, 1, 4))
    place.begin()
    finish(place)
    assert place.session.source == "partly"
    assert [one["held_ms"] for one in place.session.result.reps] == [4_000] * 2


# --- what the sensor cannot judge


@pytest.mark.parametrize(
    ("movements", "site", "angles"),
    [((), "head", True), (("row",), "head", True), (("flexion",), "collar", True),
     (("flexion",), "unknown", True), (("flexion",), "head", False)],
)  # fmt: skip
def test_timed_and_self_reported(movements, site, angles):
    asked = Prescription("free", "Row", movements, site, 3, 1, 2)
    place = gym(asked, angles=angles)
    place.frames = False
    place.begin()
    assert not place.session.view().judged
    place.until_phase(Phase.REPS_DONE)
    assert place.cues.count(Cue.GO_OUT) == 3
    with pytest.raises(ValueError, match="0 to 3"):
        place.session.answer_reps(4)
    place.hear(place.session.answer_reps(2))
    finish(place)
    result = place.session.result
    assert (place.session.source, result.reps_done, result.outcome) == (
        "self_reported",
        2,
        "partly",
    )
    assert result.reported


def test_a_chin_tuck_is_timed_and_its_nod_is_only_a_sign():
    place = gym(Prescription("tuck", "Tuck", ("chin_tuck",), "head", 2, 1, 3), flexion=4.0)
    place.begin()
    place.until_phase(Phase.REPS_DONE)
    place.session.answer_reps(2)
    finish(place)
    assert place.session.source == "partly"
    assert all(one["timed"] and one["sign_ms"] > 1_000 for one in place.session.result.reps)


# --- pain, and not being well


@pytest.mark.parametrize("pain", [6, 10])
def test_pain_of_six_does_not_start(pain):
    place = gym(turn())
    told = place.session.answer_pain(pain)
    assert [one.cue for one in told] == [Cue.STOPPED_PAIN]
    assert (place.session.phase, place.session.hold_reason) == (Phase.SAFETY, "pain")
    place.run(20)
    assert place.cues == [] and place.session.result.outcome == "stopped_pain"


def test_pain_of_four_is_told_and_of_three_is_not():
    for pain, said in ((3, False), (4, True), (5, True)):
        place = gym(turn())
        assert (Cue.PAIN_MODERATE in [one.cue for one in place.session.answer_pain(pain)]) is said
        assert place.session.phase is Phase.READY


def test_a_hold_that_a_mistap_broke_off_goes_on():
    place = gym(look_down(hold_s=3), flexion=41.0)
    place.begin()
    place.until_phase(Phase.HOLD)
    place.run(1)
    left_ms = place.session.view().left_ms
    place.session.unwell()
    assert place.session.take_back()[-1].cue is Cue.STOP_TAKEN_BACK
    assert (place.session.phase, place.session.view().left_ms) == (Phase.PAUSED, left_ms)
    assert place.session.take_back() == []
    place.head.go(0.5)
    place.run(1)
    place.hear(place.session.resume())
    finish(place)
    result = place.session.result
    assert (result.outcome, result.taken_back) == ("done", [{"reason": "unwell"}])


@pytest.mark.parametrize(
    ("after", "outcome", "hold"), [(6, "stopped_pain", "pain"), (5, "done", "")]
)
def test_pain_after(after, outcome, hold):
    place = gym(look_down(), flexion=41.0)
    place.begin()
    place.until_phase(Phase.PAIN_AFTER)
    place.hear(place.session.answer_pain(after))
    assert (place.session.result.outcome, place.session.hold_reason) == (outcome, hold)
    assert (Cue.PAIN_ROSE in place.cues) == (after == 5)


def test_pain_that_is_not_told_after():
    place = gym(look_down(), flexion=41.0)
    place.begin()
    finish(place, None)
    assert place.session.result.pain_after is None


@pytest.mark.parametrize("when", list(Phase))
def test_unwell_at_any_moment(when):
    place = gym(look_down(hold_s=2, sets=2, reps=1), flexion=41.0)
    if when is not Phase.PAIN_BEFORE:
        place.hear(place.session.answer_pain(1))
    if when is Phase.PAUSED:
        place.until_phase(Phase.OUT)
        place.session.pause()
    elif when is Phase.LOST:
        place.until_phase(Phase.OUT)
        place.frames = False
        place.until_phase(when)
    elif when is Phase.REPS_DONE:
        place = gym(Prescription("row", "Row", ("row",), "head", 1))
        place.session.answer_pain(1)
        place.until_phase(when)
    elif when is Phase.DONE:
        place.begin()
        finish(place)
    elif when is Phase.SAFETY:
        place.session.unwell()
    else:
        place.until_phase(when)
    place.hear(place.session.unwell())
    assert (place.session.phase, place.session.hold_reason) == (Phase.SAFETY, "unwell")
    assert place.session.result.outcome == "stopped_flag"
    count = len(place.told)
    place.run(10)
    assert len(place.told) == count


def test_a_pain_that_is_none():
    place = gym(turn())
    for pain in (-1, 11):
        with pytest.raises(ValueError, match="0 to 10"):
            place.session.answer_pain(pain)
    assert place.session.answer_pain(None) == [] and place.session.phase is Phase.PAIN_BEFORE


# --- form


def test_compensation_is_told_once_a_repetition():
    place = gym(look_down(), flexion=41.0, rotation=20.0)
    place.begin()
    finish(place)
    assert place.cues.count(Cue.COMPENSATED) == place.cues.count(Cue.COUNTED) == 3
    assert PATTERNS[Cue.COMPENSATED] == "easy"
    assert all("compensated" in one["faults"] for one in place.session.result.reps)


def test_short_of_the_target_is_counted_and_nobody_is_pushed():
    place = gym(look_down(), flexion=28.0)
    place.begin()
    finish(place)
    assert place.cues.count(Cue.COME_BACK) == place.cues.count(Cue.SHORT) == 3
    assert Cue.SHORT not in PATTERNS and place.session.result.outcome == "done"


def test_a_hold_short_of_the_target_is_held_where_the_wearer_is():
    place = gym(look_down(hold_s=3), flexion=28.0)
    place.begin()
    finish(place)
    assert [one["held_ms"] for one in place.session.result.reps] == [3_000] * 3
    assert all("short" in one["faults"] for one in place.session.result.reps)


def test_too_fast_is_told_and_not_asked_for():
    place = gym(look_down(), out_s=0.35, back_s=0.3, flexion=41.0)
    place.hear(place.session.answer_pain(0))
    place.until(lambda: Cue.NOT_COUNTED in place.cues)
    assert place.session.reps_done == 0
    assert place.session.result.not_counted[0]["why"] == "too_fast"


def test_too_small_is_not_counted():
    place = gym(look_down(), flexion=9.0)
    place.begin()
    place.run(2.5)
    place.head.go(1.5)
    place.until(lambda: Cue.NOT_COUNTED in place.cues)
    assert place.session.result.not_counted[0]["why"] == "too_small"


def test_a_sideways_bend_is_not_counted_and_is_told():
    place = gym(look_down(), flexion=16.0, lateral=30.0)
    place.begin()
    place.run(2.5)
    place.head.go(1.5)
    place.until(lambda: Cue.NOT_COUNTED in place.cues)
    assert place.session.reps_done == 0
    assert [one["why"] for one in place.session.result.not_counted] == ["other_way"]
    assert Cue.COMPENSATED not in place.cues


def test_quick_ones_without_a_rest_are_all_told():
    place = gym(look_down(reps=10), flexion=41.0)
    place.begin()
    place.obeys = False
    for _ in range(6):
        place.head.go(0.5, flexion=41.0)
        place.run(0.5)
        place.head.go(0.5, flexion=4.0)
        place.run(0.5)
    place.head.go(0.5)
    place.run(1)
    whys = [one["why"] for one in place.session.result.not_counted]
    assert set(whys) <= {"too_fast"}
    assert len(whys) + place.session.reps_done == 6


def test_a_wearer_who_turns_short_of_the_start_has_every_repetition_and_its_hold():
    place = gym(look_down(reps=4, hold_s=2), flexion=41.0)
    place.begin()
    place.obeys = False
    for _ in range(4):
        place.head.go(1.5, flexion=41.0)
        place.run(4.5)
        place.head.go(1.5, flexion=7.5)
        place.run(1.5)
    place.head.go(1.0)
    place.run(1)
    assert [one["held_ms"] for one in place.session.result.reps] == [2_000] * 4
    assert place.cues.count(Cue.HOLD_DONE) == place.cues.count(Cue.GO_OUT) == 4
    assert not place.session.result.not_counted


def test_a_hold_longer_than_prescribed_counts():
    place = gym(look_down(reps=1, hold_s=5), flexion=41.0)
    place.begin()
    place.obeys = False
    place.head.go(1.5, flexion=41.0)
    place.run(60)
    place.head.go(1.5)
    finish(place)
    assert [one["held_ms"] for one in place.session.result.reps] == [5_000]
    assert not place.session.result.not_counted


def test_one_more_than_asked_is_not_counted():
    place = gym(look_down(reps=1), flexion=41.0)
    place.begin()
    place.until_phase(Phase.PAIN_AFTER)
    place.head.go(2, flexion=41.0)
    place.run(2.5)
    place.head.go(2)
    place.run(3)
    assert place.session.reps_done == 1


# --- pause, stop, a stream that ends


def test_pause_and_resume():
    place = gym(look_down(), flexion=41.0)
    place.begin()
    place.until(lambda: place.session.reps_done == 1)
    place.until_phase(Phase.OUT)
    place.run(1.0)
    place.session.pause()
    place.session.pause()
    place.head.go(1.0)
    place.run(60)
    assert (place.session.phase, place.session.reps_done) == (Phase.PAUSED, 1)
    place.hear(place.session.resume())
    assert place.session.phase is Phase.NEUTRAL
    finish(place)
    assert place.session.result.reps_done == 3
    assert [one["why"] for one in place.session.result.not_counted] == ["not_seen"]


def test_stop_keeps_what_was_done_and_asks_the_pain():
    place = gym(turn(), rotation=-52.0)
    place.begin()
    place.until(lambda: place.session.reps_done == 2)
    place.hear(place.session.stop())
    assert place.session.phase is Phase.PAIN_AFTER
    finish(place)
    assert (place.session.result.outcome, place.session.result.reps_done) == ("partly", 2)


def test_stop_before_the_start_leaves_nothing():
    place = gym(turn())
    place.session.stop()
    assert place.session.phase is Phase.DONE and not place.session.result.worth_keeping


def test_a_stalled_stream_stops_every_clock_and_nothing_is_made_up():
    place = gym(look_down(), flexion=41.0)
    place.begin()
    place.until(lambda: place.session.reps_done == 1)
    place.until_phase(Phase.OUT)
    place.run(2.2)  # out there
    place.frames = False
    place.run(STALL_MS / 1_000 + 0.1)
    assert (place.session.phase, place.session.view().lost_why) == (Phase.LOST, "link")
    assert place.session.view().angle_deg is None
    place.head.go(1.0)
    place.run(30)
    place.frames = True
    place.step()
    assert place.session.phase is Phase.NEUTRAL
    assert place.session.reps_done == 1
    finish(place)
    result = place.session.result
    assert (result.reps_done, result.lost, result.dropped) == (3, 1, 1)
    assert Cue.BACK_AGAIN in place.cues


def test_without_the_clip_it_goes_on_with_the_timer_and_asks_for_the_rest():
    """What the sensor counted stays so; the rest is the wearer's word. Angles that come back are too late."""
    place = gym(look_down(sets=2), flexion=41.0)
    place.begin()
    assert place.session.go_timed() == [] and place.session.phase is not Phase.LOST
    place.until(lambda: place.session.reps_done == 1)
    place.until_phase(Phase.OUT)
    place.run(2.2)
    place.frames = False
    place.until_phase(Phase.LOST)
    place.hear(place.session.go_timed())
    assert (place.session.phase, place.session.source) == (Phase.OUT, "partly")
    assert not place.session.view().judged
    place.frames = True
    place.until_phase(Phase.REPS_DONE)
    view = place.session.view()
    assert (view.reps_judged, view.reps_prescribed, view.reps_done) == (1, 6, 6)
    with pytest.raises(ValueError, match="0 to 5"):
        place.session.answer_reps(6)
    place.hear(place.session.answer_reps(4))
    result = place.session.result
    assert (result.reps_done, result.outcome, result.lost, result.dropped) == (5, "partly", 1, 1)


def test_a_set_that_the_clip_counted_whole_stays_sensed():
    place = gym(look_down(sets=2, hold_s=2), flexion=41.0)
    place.begin()
    place.until(lambda: place.session.reps_done == 3)
    place.frames = False
    place.until_phase(Phase.LOST)
    place.hear(place.session.go_timed())
    place.until_phase(Phase.REPS_DONE)
    assert place.session.source == "partly" and place.session.view().reps_judged == 3


def test_frames_that_come_late_are_no_gap():
    place = gym(look_down(), flexion=41.0)
    place.begin()
    place.run(0.5)
    late = []
    for _ in range(150):
        place.t_ms += 20
        place.head.t_ms += 20
        late.append(place.head.frame())
        place.hear(place.session.step(place.t_ms, None))
    assert place.session.phase is Phase.LOST
    for frame in late:
        place.hear(place.session.step(place.t_ms, frame))
    assert place.session.phase is not Phase.NEUTRAL
    finish(place)
    assert (place.session.result.reps_done, place.session.result.dropped) == (3, 0)


def test_a_clip_that_restarts_or_lost_samples():
    for change in ("restart", "overrun"):
        place = gym(look_down(), flexion=41.0)
        place.begin()
        place.run(1.5)
        assert place.session.state.judge and place.session.state.judge.away
        if change == "restart":
            place.head.t_ms, place.head._began_ms = 40, 0
        else:
            place.head.overruns += 1
        place.step()
        assert place.session.phase is Phase.NEUTRAL
        place.head.go(1.0)
        finish(place)
        assert (place.session.result.reps_done, place.session.result.dropped) == (3, 1)


def test_a_clip_that_is_not_worn_or_is_uncalibrated():
    place = gym(look_down(), flexion=41.0)
    place.head.state = "uncalibrated"
    place.hear(place.session.answer_pain(1))
    place.until_phase(Phase.LOST)
    assert place.session.view().lost_why == "uncalibrated"
    place.head.state = "neutral"
    place.until_phase(Phase.OUT)
    place.head.state = "not_worn"
    place.until_phase(Phase.LOST)
    assert place.session.view().lost_why == "not_worn"
    place.hear(place.session.stop())
    assert place.session.phase is Phase.PAIN_AFTER


def test_a_computer_that_slept_has_not_exercised():
    place = gym(Prescription("row", "Row", ("row",), "head", 3))
    place.hear(place.session.answer_pain(1))
    place.session.step(place.t_ms)
    place.t_ms += 3_600_000
    place.hear(place.session.step(place.t_ms))
    assert place.session.reps_done == 0 and place.session.phase in (Phase.READY, Phase.OUT)


def test_a_hold_goes_on_where_the_link_broke():
    asked = Prescription("stretch", "Stretch", ("stretch_trapezius_left",), "head", 1, 1, 20, 38)
    place = gym(asked, lateral=-38.0)
    place.begin()
    place.until_phase(Phase.HOLD)
    place.run(10)
    before = place.session.view().left_ms
    place.frames = False
    place.head.go(1.0)
    place.run(20)
    place.frames = True
    place.until_phase(Phase.HOLD)
    assert abs(place.session.view().left_ms - before) < 1_700
    finish(place)


# --- with the therapist


def test_reference_repetitions():
    asked = for_reference(turn(hold_s=3, sets=2))
    assert (asked.reps, asked.sets, asked.hold_s) == (5, 1, 0)
    place = gym(asked, rotation=-61.0)
    place.until_phase(Phase.DONE)
    result = place.session.result
    assert len(result.reps) == 5 and Cue.SHORT not in place.cues
    assert all(one["peak_cdeg"] == pytest.approx(6_100, abs=150) for one in result.reps)
    for site in ("collar", "unknown"):
        with pytest.raises(PoiseError, match="nothing is sensed"):
            for_reference(turn(site=site))
    with pytest.raises(PoiseError, match="no sensor"):
        for_reference(turn(movements=("row",)))
    assert for_reference(Prescription("nod", "Nod", ("nod",), "head")).blocks[0].judged


def test_every_buzz_is_one_that_the_clip_knows():
    assert {*PATTERNS.values(), "session"} <= set(names("pattern"))
