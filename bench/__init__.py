"""Benchmarks of speed and size, each beside its yardstick in the same run. `make bench` writes docs/BENCHMARKS.md."""
