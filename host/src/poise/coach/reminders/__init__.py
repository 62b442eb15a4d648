"""The reminder policy: moments, contents and fading of reminders. Pure."""
