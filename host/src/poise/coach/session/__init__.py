"""One exercise session, step by step. Pure."""
