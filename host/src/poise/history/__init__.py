"""Facts of each day from the store: the one source for report, dashboard, insight and suggestions."""
