"""Prints whose each address is: a private one of the host whose identity key has made it, a changed one of nobody."""

import os
import sys

from link.pairing import Pairing
from storage.bonds import Bonds

HOST = bytes((0, 1, 2, 3, 4, 5, 6))
KEY = b"\x9b}9\n\xa6\x10\x104\x05\xad\xc8W\xa34\x02\xec"  # Core 5.4 Vol 3 Part H D.7, the last byte first
PRIVATE = b"\x01\xaa\xfb\x0d\x94\x81\x70"

secret = HOST + bytes(17) + bytes(range(16)) + b"\1" + KEY + b"\1" + bytes(22)
link = Pairing(Bonds(sys.argv[1], os), lambda: True)
for kind in (1, 2):
    link.keep(kind, memoryview(HOST), memoryview(secret))
print(link.settle())
for address in (PRIVATE, PRIVATE[:6] + b"\x71", HOST):
    link.restart()
    print(link.secret(1, 0, memoryview(address)) == secret, link.peer == HOST)
