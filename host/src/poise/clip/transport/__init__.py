"""Transports to a clip: Bluetooth Low Energy and USB."""
