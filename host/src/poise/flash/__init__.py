"""Flashing of a clip over its USB cable: MicroPython's image, then the firmware."""
