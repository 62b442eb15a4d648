# Runs in MicroPython: the UTC milliseconds of the Current Time characteristics in the arguments (hex); "-": no time.
import sys
from binascii import unhexlify

from link.currenttime import time_message
from wire import codec

for text in sys.argv[1:]:
    message = time_message(unhexlify(text))
    print(codec.unpack(message)[2]["utc_ms"] if message else "-")
