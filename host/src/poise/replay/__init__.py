"""Recorded traces through the firmware's own code in a MicroPython VM, and the same beside other filters."""
