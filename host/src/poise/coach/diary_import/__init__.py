"""The headache diary of another tracker, read into Poise's own. Pure."""
