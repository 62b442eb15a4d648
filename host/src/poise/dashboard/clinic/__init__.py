"""The therapist's pages: the list of patients, and each one's visit. Reached from this computer only."""
