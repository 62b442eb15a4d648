"""The last calibration, kept over restarts: its site and time, and the up and right vectors."""

import struct

from storage.kept import Kept

_FORMAT = "<BB3h3hI"  # wire ENUMS "site", quality, up and right in the sensor frame (Q14), UTC seconds or 0


class Upright:
    """The stored calibration. `up_q14` and `right_q14` are empty until one is stored; `site`: a number of wire ENUMS
    "site"."""

    def __init__(self, path: str, os_module: "Os") -> None:
        self._kept = Kept(path, os_module)
        self.site = 0
        self.quality_pct = 0
        self.up_q14: "Vector" = ()
        self.right_q14: "Vector" = ()
        self.utc_s = 0  # time of the calibration; 0: the clip did not know the time
        # Damaged, it is as if never calibrated: a wrong upright is worse than none.
        data = self._kept.read()
        if data and len(data) == struct.calcsize(_FORMAT):
            self._take(data)

    def store(
        self, site: int, quality_pct: int, up_q14: "Vector", right_q14: "Vector", utc_s: int
    ) -> None:
        """Keep a calibration durably. Raises OSError; the calibration then counts until the next start."""
        data = struct.pack(_FORMAT, site, quality_pct, *up_q14, *right_q14, utc_s)
        self._take(data)
        self._kept.store(data)

    def _take(self, data: bytes) -> None:
        fields = struct.unpack(_FORMAT, data)
        self.site, self.quality_pct = fields[:2]
        self.up_q14, self.right_q14 = fields[2:5], fields[5:8]
        self.utc_s = fields[8]
