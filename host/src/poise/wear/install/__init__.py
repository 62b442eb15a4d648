"""Installation for one user, without root rights: `poise wear` as a service at login, and Poise among the programs."""

from .run import carry_out, install
from .steps import (
    Command,
    Remove,
    RemoveFolder,
    Service,
    Step,
    Write,
    WriteBytes,
    installing,
    is_installed,
    uninstalling,
)

__all__ = [
    "Command",
    "Remove",
    "RemoveFolder",
    "Service",
    "Step",
    "Write",
    "WriteBytes",
    "carry_out",
    "install",
    "installing",
    "is_installed",
    "uninstalling",
]
