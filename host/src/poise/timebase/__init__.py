"""Time: the computer's clock, the clip's clock, days, time zones and periods."""
