"""An open place in the log, so that a long download reads each byte of flash once."""

from storage import segments


class Reader:
    """Stands at record `seq` of one segment. `generation` is the log's when the file was opened: littlefs gives an
    open file no view of what is appended through another handle, so the newest segment has to be opened anew."""

    def __init__(self, folder, first_seq, seq, generation):
        self.first_seq = first_seq
        self.seq = seq
        self.generation = generation
        self.file = open(segments.path_of(folder, first_seq), "rb")  # noqa: SIM115 (closed by close)
        self.offset = self._offset_of(seq)

    def refresh(self, folder, generation):
        """Sees what was appended since the file was opened."""
        if generation == self.generation:
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

    def step_over(self):
        """Past one damaged record, when its length still leads to the next intact one; false when it does not."""
        buffer = bytearray(2 * segments.MAX_RECORD)
        self.file.seek(self.offset)
        n_bytes = self.file.readinto(buffer)
        length = segments.MIN_RECORD + buffer[1]
        rest = memoryview(buffer)[length:]
        if not segments.whole_records(rest, n_bytes - length, self.seq + 1, self.seq + 2)[0]:
            return False
        self.offset += length
        self.seq += 1
        return True

    def _offset_of(self, seq):
        self.offset = 0
        self.seq = self.first_seq
        buffer = bytearray(segments.MAX_RECORD)
        while self.seq < seq:
            if not self.read_into(buffer, seq)[0] and not self.step_over():
                break
        return self.offset
