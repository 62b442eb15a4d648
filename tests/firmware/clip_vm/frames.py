# Runs in MicroPython: the USB link's viper framing gives what the wire package's does.
from link.usb import UsbLink
from wire import codec, framing


class Streams:
    """The encoder needs no stream that works."""

    def write(self, data):
        return len(data)

    def ioctl(self, request, argument):
        return 0


import io


class Silent(io.IOBase):
    def write(self, data):
        return len(data)

    def ioctl(self, request, argument):
        return 0


link = UsbLink((Silent(), Silent()), None)
cases = [bytes([v]) for v in range(256)]
cases += [bytes([1]) * n for n in (253, 254, 255, 508, 509, codec.MAX_PAYLOAD)]
cases += [bytes(n) for n in (2, 254, codec.MAX_PAYLOAD)]
cases += [bytes([(i * 37 + n) & 0xFF for i in range(n)]) for n in range(2, codec.MAX_PAYLOAD, 61)]
for payload in cases:
    size = link._encode(payload)
    assert bytes(link._view[:size]) == framing.encode_frame(payload), payload
print("frames ok")
