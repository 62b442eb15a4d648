"""Ninety days of the clip's life at the level of its storage and its link's service."""

from poise.twin.machine.vm import find_vm
from tests.powerloss.vm_script import soaked


def ninety_days(seed: int, deadline: float) -> dict[str, int]:
    """All of them, whatever `deadline` says: about a minute and a half. Raises ScriptFailed, AssertionError."""
    del deadline
    return soaked(find_vm(64), days=90, seed=seed)
