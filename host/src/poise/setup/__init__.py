"""Setting Poise up: what is there on this computer, what is still to do, and the acts that do it."""
