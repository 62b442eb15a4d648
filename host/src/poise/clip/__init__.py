"""Communication with one clip: requests, log transfer, updates and reconnection."""
