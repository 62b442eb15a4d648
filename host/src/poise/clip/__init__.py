"""Talks to one clip: requests, its log, updates, and the way back to it when it is away."""
