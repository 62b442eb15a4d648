# Runs in MicroPython: signatures from a file (key, message, signature in hex, 1 when true; a line each). Prints how
# many were told right.
import sys
from binascii import unhexlify

from update.ed25519 import verify

breaths = []
count = 0
with open(sys.argv[1]) as file:
    for row in file:
        public, message, signature, true = row[:-1].split(" ")
        parts = [unhexlify(text) for text in (public, message, signature)]
        breaths.clear()
        assert verify(*parts, lambda: breaths.append(1)) == (true == "1"), row
        assert len(breaths) >= 8 or true == "0", breaths
        count += 1
print(count, "right")
