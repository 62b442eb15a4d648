"""`poise wear` as a service of the user's own: systemd, launchd or the Task Scheduler. No root, no administrator."""

from .run import carry_out
from .steps import Command, Remove, Service, Step, Write, installing, uninstalling

__all__ = [
    "Command", "Remove", "Service", "Step", "Write", "carry_out", "installing", "uninstalling",
]  # fmt: skip
