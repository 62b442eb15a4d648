"""The one wire definition, imported by the firmware and by the host.

Runs under CPython and MicroPython; imports `struct`, `hashlib` and `binascii` and nothing of either side.
"""
