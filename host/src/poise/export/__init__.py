"""Export of a patient's data: tables, a health record, a calendar, and everything at once for the patient."""
