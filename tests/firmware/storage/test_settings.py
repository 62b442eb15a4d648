"""Settings and the stored upright: validated, old or new content whatever happens, unreadable ones told."""

import os

import pytest
from storage.limits import TABLE
from storage.settings import SettingError, Settings
from storage.upright import Upright

from poise.wire.rows import ENUMS


def test_table_covers_the_wire():
    assert set(TABLE) == set(ENUMS["setting"])
    for name, (default, low, high) in TABLE.items():
        assert low <= default <= high, name


@pytest.mark.parametrize("name", ENUMS["setting"])
def test_every_setting_survives_a_restart(tmp_path, name):
    path = str(tmp_path / "settings")
    for value in TABLE[name][1:]:
        Settings(path, os).set(name, value)
        again = Settings(path, os)
        assert again.get(name) == value
        assert not again.corrupt


@pytest.mark.parametrize("name", ENUMS["setting"])
def test_out_of_range_is_refused_and_changes_nothing(tmp_path, name):
    settings = Settings(str(tmp_path / "settings"), os)
    default, low, high = TABLE[name]
    for value in (low - 1, high + 1):
        with pytest.raises(SettingError):
            settings.set(name, value)
    assert settings.get(name) == default
    assert not (tmp_path / "settings").exists()


def test_unknown_setting():
    with pytest.raises(SettingError):
        Settings("/nonexistent/settings", os).get("colour")


def test_every_damaged_byte_gives_the_defaults(tmp_path):
    path = tmp_path / "settings"
    Settings(str(path), os).set("snooze_s", 60)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        settings = Settings(str(path), os)
        assert settings.corrupt
        assert settings.get("snooze_s") == TABLE["snooze_s"][0]
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        assert Settings(str(path), os).corrupt


def test_what_cannot_be_stored_is_not_in_force(tmp_path):
    settings = Settings(str(tmp_path / "gone" / "settings"), os)
    with pytest.raises(OSError, match="gone"):
        settings.set("snooze_s", 60)
    assert settings.get("snooze_s") == TABLE["snooze_s"][0]


def test_neutral_survives_a_restart_and_damage_means_none(tmp_path):
    path = tmp_path / "neutral"
    assert not Upright(str(path), os).up_q14
    Upright(str(path), os).store(1, 87, (12, -16384, 300), (16384, 12, 0), 1_795_000_000)
    again = Upright(str(path), os)
    assert (again.site, again.quality_pct, again.utc_s) == (1, 87, 1_795_000_000)
    assert (again.up_q14, again.right_q14) == ((12, -16384, 300), (16384, 12, 0))
    data = bytearray(path.read_bytes())
    data[2] ^= 1
    path.write_bytes(data)
    assert not Upright(str(path), os).up_q14
