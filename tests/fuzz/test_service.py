"""What fuzzing found in the clip's service, one test each."""

import pytest

from poise.wire import codec
from tests.torture.targets_service import DeskLink, desk_clip

UTC = 1_790_000_000_000


@pytest.mark.parametrize("utc_ms", [0, 999, 2**32 * 1000, 2**64 - 1])
def test_a_time_that_cannot_be_is_refused(tmp_path, utc_ms):
    """As a record it would stop every later import; as a calibration's date it does not fit its file."""
    clip = desk_clip(tmp_path)
    clip.store()
    link = DeskLink(244, True, False)
    clip.service.attach(link)
    (reply,) = clip.service.handle(
        codec.pack("time_set", 7, utc_ms=utc_ms, uncertainty_ms=5, at_ms=0), link
    )
    assert codec.unpack(reply) == ("error", 7, {"code": "bad_field", "detail": 0})
    assert (clip.log.held, clip.utc_s()) == (0, 0)
    (reply,) = clip.service.handle(
        codec.pack("time_set", 8, utc_ms=UTC, uncertainty_ms=5, at_ms=0), link
    )
    assert codec.unpack(reply)[0] == "ok"
    assert (clip.log.held, clip.utc_s()) == (1, UTC // 1000)
    for at_ms in (60_000, 2**64 - 1):  # to come
        late = codec.pack("time_set", 9, utc_ms=UTC, uncertainty_ms=5, at_ms=at_ms)
        (reply,) = clip.service.handle(late, link)
        assert codec.unpack(reply) == ("error", 9, {"code": "bad_field", "detail": 0})
    assert clip.log.held == 1
    clip.log.close()
