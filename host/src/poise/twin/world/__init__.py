"""The world of a virtual clip: who wears it, what happens, and how its time passes."""
