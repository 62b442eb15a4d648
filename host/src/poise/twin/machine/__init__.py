"""The machine of a virtual clip: the MicroPython VM, its pipe to the chips, its clock, and the meter of its current."""
