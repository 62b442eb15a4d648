"""The reasons for which a computer shows no reminder now, in words."""

LOCKED = "the screen is locked"
IDLE = "no key or pointer was touched for minutes"
CALL = "the microphone is in use, as in a call"
PRESENTING = "something is in full screen, or a program keeps the screen awake"
QUIET = "do-not-disturb is on"
BUZZ_ONLY = "you chose the clip's buzz alone, and nobody would feel it now"
