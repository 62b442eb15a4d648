# Runs in MicroPython: the firmware's settings (default, least, greatest) as one JSON object.
import json
import sys

from storage.limits import NAMES, TABLE

json.dump({name: TABLE[name] for name in NAMES}, sys.stdout)
