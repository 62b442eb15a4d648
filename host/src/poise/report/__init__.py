"""The report for a therapist: one page on a period. Its numbers (model), wording (view), PDF and HTML."""
