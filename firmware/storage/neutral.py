"""The wearer's upright pose as last calibrated, kept over restarts: where it was taken and which way was up."""

import struct

from storage.blob import BlobError, read_blob, write_blob

_FORMAT = "<B3h"  # wire ENUMS "site", up in the sensor frame (Q14)


class Neutral:
    """`up_q14` is None until a calibration was stored; `site` is a number of wire ENUMS "site"."""

    def __init__(self, path, os_module):
        self._path = path
        self._os = os_module
        self.site = 0
        self.up_q14 = None
        try:
            data = read_blob(path)
        except BlobError:
            data = None  # as if never calibrated: a wrong zero would be worse than none
        if data and len(data) == struct.calcsize(_FORMAT):
            self.site, *up = struct.unpack(_FORMAT, data)
            self.up_q14 = tuple(up)

    def store(self, site, up_q14):
        """Keeps a calibration; stored when it returns. Raises OSError."""
        write_blob(self._path, struct.pack(_FORMAT, site, *up_q14), self._os)
        self.site = site
        self.up_q14 = tuple(up_q14)
