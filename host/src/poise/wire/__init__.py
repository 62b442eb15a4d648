"""The one wire definition, imported by the firmware and by the host.

Runs under CPython and MicroPython; imports `struct`, `hashlib` and `binascii` and nothing of either side.
"""

VERSION = "0.1.0"  # of both ends; pyproject.toml has it too, and a test compares them
