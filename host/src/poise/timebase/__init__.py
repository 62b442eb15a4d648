"""All of time: the computer's clock, the clip's, days and zones."""
