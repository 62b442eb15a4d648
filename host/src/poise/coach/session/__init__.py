"""The exercise session: its phases, state, cues and result. Pure."""
