"""Judging of exercises from a clip's motion stream: repetitions, holds, and their faults. Pure."""
