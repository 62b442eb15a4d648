"""Letters between a patient's computer and a clinic: keys, sealing and opening, and what they hold. No device here."""
