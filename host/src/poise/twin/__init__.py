"""A virtual clip: the firmware in a MicroPython VM, with simulated chips, radio, clock and wearer around it."""
