"""An open place in the log, so that a long download reads each byte of flash once."""

from struct import unpack_from

from storage import segments

WHOLE = -1
_STRIDE = 256  # bytes that are searched at a time behind damage
_TO_THE_END = 0xFFFFFFFF


class Reader:
    """Stands at record `seq` of one segment. `generation` is the log's when the file was opened: littlefs gives an
    open file no view of what is appended through another handle, so what was the newest segment then has to be opened
    anew; WHOLE for a segment to which nothing is appended any more."""

    def __init__(self, folder, first_seq, seq, generation):
        self.first_seq = first_seq
        self.seq = seq
        self.generation = generation
        self.file = open(segments.path_of(folder, first_seq), "rb")  # noqa: SIM115 (closed by close)
        self.offset = self._offset_of(seq)

    def refresh(self, folder, generation):
        """Sees what was appended since the file was opened. `generation`: as at the start."""
        if self.generation in (generation, WHOLE):
            return
        self.file.close()
        self.file = open(segments.path_of(folder, self.first_seq), "rb")  # noqa: SIM115
        self.generation = generation

    def close(self):
        """Gives the file back."""
        self.file.close()

    def read_into(self, buffer, end_seq):
        """(bytes, next sequence number): whole records below `end_seq`; 0 bytes at the segment's end."""
        self.file.seek(self.offset)
        n_bytes = self.file.readinto(buffer)
        used, self.seq = segments.whole_records(buffer, n_bytes, self.seq, end_seq)
        self.offset += used
        return used, self.seq

    def skip_damage(self, before_seq):
        """Goes on to the next intact record with a number below `before_seq`; false when the segment has none."""
        buffer = bytearray(segments.MAX_RECORD + _STRIDE)
        offset = self.offset + 1
        while True:
            self.file.seek(offset)
            n_bytes = self.file.readinto(buffer)
            for at in range(min(_STRIDE, n_bytes - segments.MIN_RECORD + 1)):
                seq = unpack_from("<I", buffer, at + 2)[0]
                if not self.seq < seq < before_seq:
                    continue
                if segments.whole_records(buffer, n_bytes, seq, seq + 1, at)[0] > at:
                    self.offset, self.seq = offset + at, seq
                    return True
            if n_bytes < len(buffer):
                return False
            offset += _STRIDE

    def _offset_of(self, seq):
        self.offset = 0
        self.seq = self.first_seq
        buffer = bytearray(segments.MAX_RECORD)
        while self.seq < seq:
            if not self.read_into(buffer, seq)[0] and not self.skip_damage(_TO_THE_END):
                break
        return self.offset
