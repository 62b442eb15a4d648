"""The user's files: private files, and text files in any Unicode encoding."""
