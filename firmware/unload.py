"""Gives a module that is needed rarely back to the heap."""

import sys


def unload(name):
    """Forgets the module `package.module`: it is loaded again when it is imported again."""
    sys.modules.pop(name, None)
    package, module = name.split(".")
    parent = sys.modules.get(package)
    if hasattr(parent, module):
        delattr(parent, module)
