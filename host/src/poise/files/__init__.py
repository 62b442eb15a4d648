"""Files of the user's own: private ones, and texts in any encoding."""
