"""The patient's copy of the plan: one view model, as an HTML page and as a PDF."""
