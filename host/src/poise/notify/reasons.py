"""The reasons for which a computer shows no reminder now, in words. `_` translates each where it is shown."""

from ..language import N_

LOCKED = N_("the screen is locked")
IDLE = N_("no key or pointer was touched for minutes")
CALL = N_("the microphone is in use, as in a call")
PRESENTING = N_("something is in full screen, or a program keeps the screen awake")
QUIET = N_("do-not-disturb is on")
BUZZ_ONLY = N_("you chose the clip's buzz alone, and nobody would feel it now")
