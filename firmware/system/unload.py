"""Gives a module that is needed rarely back to the heap."""

import sys


def unload(name):
    """Forgets the module `package.module` or `module`: it is loaded again when it is imported again.

    A package goes with the last of its modules.
    """
    sys.modules.pop(name, None)
    package, _, module = name.rpartition(".")
    parent = sys.modules.get(package)
    if hasattr(parent, module):
        delattr(parent, module)
    if parent and not any([other.startswith(package + ".") for other in sys.modules]):
        del sys.modules[package]
