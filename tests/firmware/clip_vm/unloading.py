# Runs in MicroPython: a module that is unloaded is loaded anew, and its package goes with the last of its modules.
import sys

from system.unload import unload


def loaded():
    return sorted(name for name in sys.modules if name.startswith("motion"))


from motion import nod, vectors  # noqa: F401

print(loaded())
unload("motion.nod")
print(loaded(), hasattr(sys.modules["motion"], "nod"))
unload("motion.nod")  # it is gone already
unload("motion.vectors")
print(loaded())
from motion import vectors as again

print(loaded(), again is not vectors)
