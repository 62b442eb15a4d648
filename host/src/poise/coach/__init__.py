"""The coaching policy: plan, reminders, exercise sessions, diary, adherence and safety. Pure."""
