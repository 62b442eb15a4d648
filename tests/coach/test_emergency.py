"""Emergency numbers against the metadata of Google's libphonenumber, and the countries of time zones."""

import re
from zoneinfo import available_timezones

import phonenumbers
import pytest

from poise.coach.emergency import MOBILE, NUMBERS
from poise.timebase.places import countries, country_of


def pattern(country: str) -> str:
    """The emergency numbers that libphonenumber knows there."""
    known = phonenumbers.PhoneMetadata.short_metadata_for_region(country)
    assert known and known.emergency and known.emergency.national_number_pattern
    return known.emergency.national_number_pattern


@pytest.mark.parametrize("country", NUMBERS)
def test_a_number_is_an_emergency_number_of_its_country(country: str):
    assert country in countries()
    for number in NUMBERS[country]:
        assert re.fullmatch(pattern(country), number), number


def test_the_search_for_wrong_numbers_finds_one():
    assert not re.fullmatch(pattern("DE"), "911")
    assert set(MOBILE) == {"112", "911"}


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Berlin", "DE"),
        ("Asia/Calcutta", "IN"),  # a former name
        ("Europe/Kiev", "UA"),
        ("US/Pacific", "US"),
        ("UTC", None),
        ("", None),
        ("Nowhere/Land", None),
    ],
)
def test_the_country_of_a_zone(zone: str, country: str | None):
    assert country_of(zone) == country


def test_every_zone_of_a_place_has_its_country():
    outside = ("Etc/", "SystemV/", "posix/", "right/")
    places = {
        name for name in available_timezones() if "/" in name and not name.startswith(outside)
    }
    assert {name for name in places if country_of(name) is None} == set()
