"""The world of a virtual clip: its wearer, the scenario, and the clocks."""
