"""What happened on which day: the one source of report, dashboard, insight and suggestions."""
