"""Exercise sessions as they happen: the clip's angles in, cues to screen and clip out, the result into the store."""
