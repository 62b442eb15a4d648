"""Insight: exposure, adherence, trends and associations from minutes, diary and sessions. Pure."""
