"""Turns the firmware's sources into what a clip takes."""
