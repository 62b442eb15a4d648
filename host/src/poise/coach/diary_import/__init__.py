"""Import of another tracker's headache diary into Poise's diary. Pure."""
