"""The wire package's only exception."""


class WireError(Exception):
    """A message or record that the table does not allow.

    `reason` is one of the constants below; `text` (`args[0]`) says it in words.
    """

    UNKNOWN = "unknown"  # no such message, record or field
    SHORT = "short"  # fewer bytes than the fields need
    LONG = "long"  # more bytes than the fields need, or over a cap
    RANGE = "range"  # a value that its field cannot hold
    CRC = "crc"  # checksum does not match
    FRAMING = "framing"  # not a COBS frame

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
