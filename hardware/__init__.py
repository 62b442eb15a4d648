"""Two builds of the clip: their parts, circuits, wires and drawings, and the checks that hold them together."""
