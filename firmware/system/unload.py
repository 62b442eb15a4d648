"""Unloading of modules that are rarely needed, so that the heap gets their memory back."""

import sys


def unload(name: str) -> None:
    """Forget the module `package.module` or `module`; a later import loads it again.

    A package goes with the last of its modules.
    """
    sys.modules.pop(name, None)
    package, _, module = name.rpartition(".")
    parent = sys.modules.get(package)
    if hasattr(parent, module):
        delattr(parent, module)
    if parent and not any([other.startswith(package + ".") for other in sys.modules]):
        del sys.modules[package]
