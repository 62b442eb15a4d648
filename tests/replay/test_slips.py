"""A clip that slips on its wearer: quick turns in place are told from turns of the head."""

from dataclasses import replace

import numpy as np
import pytest

from bench import slips
from bench.drift import desk
from poise.replay import people
from poise.twin.machine.vm import find_vm
from poise.twin.world.wearer import Wearer
from tests.support.people import RECORDINGS

SECONDS, AT_S = 100.0, 60.0


def working(seed: int) -> people.Take:
    """Someone at a desk who glances about and shifts; the clip sits right."""
    t_s = np.arange(int(SECONDS * people.RECORDED_HZ)) / people.RECORDED_HZ
    force_g, rate_dps = Wearer(desk(SECONDS, works=True), seed).sample(t_s)
    noise = np.random.default_rng(seed)
    acc, gyr = 1_000 * force_g + noise.normal(0, 2, force_g.shape), rate_dps
    return people.Take("someone", "desk", acc, gyr, np.zeros(3))


@pytest.mark.parametrize("degrees", [10, 15, 20])
def test_a_quick_slip_is_told_within_half_a_minute(degrees):
    slip = slips.Slip("forward", degrees, 0.2)
    take = slips.slipped(working(1), slip, AT_S)
    fits = slips.fits_of(take, find_vm(64))
    assert fits == slips.fits_of(take, find_vm(32))
    (checking_s, checking), (shifted_s, shifted) = fits
    assert (checking, shifted) == ("checking", "shifted")
    assert AT_S < checking_s < AT_S + 1
    assert shifted_s < AT_S + 30


@pytest.mark.parametrize("slip", [None, slips.Slip("as a head turns", 15, 0.4, pivot_m=0.1)])
def test_a_head_that_turns_is_no_slip(slip):
    for seed in range(2):
        take = working(seed)
        if slip:
            back = replace(slip, degrees=-slip.degrees)
            take = slips.slipped(slips.slipped(take, slip, AT_S), back, AT_S + 15)
        assert slips.fits_of(take, find_vm(64)) == []


@pytest.mark.skipif(RECORDINGS is None, reason="the recordings of people are not there")
def test_people_who_nod_along_with_the_keyboard_do_not_slip():
    found = people.takes(RECORDINGS)
    for person in slips.persons(found):
        day = slips.day(slips.chosen(found, person, ("type", "browse")), 0.0)
        assert slips.fits_of(day, find_vm(64)) == [], person
