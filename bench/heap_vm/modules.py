"""main.py of a twin that only loads the firmware: writes each module's use of heap into heap.txt, then ends.

A line is `name bytes`: the bytes of the module alone, without the modules that it imported first.
"""

import gc

gc.threshold(4096)

import asyncio  # noqa: E402
import builtins  # noqa: E402
import sys  # noqa: E402

import bluetooth  # noqa: E402, F401
import board  # noqa: E402, F401

_load = builtins.__import__
_nested = [0]
_own = []


def _alloc():
    gc.collect()
    return gc.mem_alloc()


def _weighed(name, globals=None, locals=None, fromlist=None, level=0):
    if level:  # the importing package is not visible here; only `wire` uses relative imports
        name = "wire." + name
    if name in sys.modules:
        return _load(name, None, None, fromlist, 0)
    _nested.append(0)
    before = _alloc()
    try:
        return _load(name, None, None, fromlist, 0)
    finally:
        taken = _alloc() - before
        inner = _nested.pop()
        _nested[-1] += taken
        _own.append((name, taken - inner))


_before = _alloc()
_ASYNCIO = (
    asyncio.Event,
    asyncio.Lock,
    asyncio.ThreadSafeFlag,
    asyncio.StreamReader,
    asyncio.wait_for,
)
_own.append(("asyncio", _alloc() - _before))
builtins.__import__ = _weighed
for _name in (
    "app.clip",
    "app.tasks",
    "app.sampler",
    "drivers.lsm6dsox",
):
    __import__(_name)
with open("heap.txt", "w") as _file:
    for _name, _bytes in _own:
        _file.write("%s %d\n" % (_name, _bytes))
    _file.write(".\n")
