"""A reader with an open file in the log, so that a long download reads each byte of flash once."""

from struct import unpack_from

from storage import segments

WHOLE = -1
_STRIDE = 256  # bytes searched at a time after damage
_TO_THE_END = 0xFFFFFFFF


class Reader:
    """A reader that stands at record `seq` of one segment.

    `generation` is the log's at the time of opening. In littlefs an open file does not see what is appended through
    another handle, so a reader of the newest segment must open it again; WHOLE marks a segment that does not grow any
    more.
    """

    def __init__(self, folder: str, first_seq: int, seq: int, generation: int) -> None:
        self.first_seq = first_seq
        self.seq = seq
        self.generation = generation
        self.file = open(segments.path_of(folder, first_seq), "rb")  # noqa: SIM115 (closed by close)
        self.offset = self._offset_of(seq)

    def refresh(self, folder: str, generation: int) -> None:
        """Open the file again if the log has grown since. `generation`: the log's now, or WHOLE."""
        if self.generation in (generation, WHOLE):
            return
        self.file.close()
        self.file = open(segments.path_of(folder, self.first_seq), "rb")  # noqa: SIM115
        self.generation = generation

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def read_into(self, buffer: "Buffer", end_seq: int) -> "tuple[int, int]":
        """Read whole records below `end_seq`; return (bytes, next sequence number). 0 bytes: the segment's end, or
        damage."""
        self.file.seek(self.offset)
        n_bytes = self.file.readinto(buffer)
        used, self.seq = segments.whole_records(buffer, n_bytes, self.seq, end_seq)
        self.offset += used
        return used, self.seq

    def skip_damage(self, before_seq: int) -> bool:
        """Go to the next intact record with a number below `before_seq`. Return False if the segment has none."""
        buffer = bytearray(segments.MAX_RECORD + _STRIDE)
        offset = self.offset
        while True:
            self.file.seek(offset)
            n_bytes = self.file.readinto(buffer)
            for at in range(_STRIDE):
                seq = unpack_from("<I", buffer, at + 2)[0]
                if not self.seq < seq < before_seq:
                    continue
                if segments.whole_records(buffer, n_bytes, seq, seq + 1, at)[0] > at:
                    self.offset, self.seq = offset + at, seq
                    return True
            if n_bytes <= _STRIDE:
                return False
            offset += _STRIDE

    def _offset_of(self, seq: int) -> int:
        self.offset = 0
        self.seq = self.first_seq
        buffer = bytearray(segments.MAX_RECORD)
        while self.seq < seq:
            if not self.read_into(buffer, seq)[0] and not self.skip_damage(_TO_THE_END):
                break
        return self.offset
