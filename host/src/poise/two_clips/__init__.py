"""Measurement of true neck flexion with two clips on one wearer, at head and collar."""
