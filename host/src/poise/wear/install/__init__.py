"""Installation of `poise wear` as a user service of systemd, launchd or the Task Scheduler. Needs no root rights."""

from .run import carry_out
from .steps import Command, Remove, Service, Step, Write, installing, uninstalling

__all__ = [
    "Command",
    "Remove",
    "Service",
    "Step",
    "Write",
    "carry_out",
    "installing",
    "uninstalling",
]
