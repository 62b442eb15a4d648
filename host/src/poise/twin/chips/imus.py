"""The twin's IMUs by the name of the firmware's driver, in the order of wire ENUMS "imu".

A chip is the module of its name beside this one: its subclass of `ImuChip`, and `ADDRESS`.
"""

from importlib import import_module

from ...wire.rows import ENUMS
from .imu import ImuChip

CHIPS: dict[str, type[ImuChip]] = {}
ADDRESSES: dict[str, int] = {}
for _name in ENUMS["imu"][1:]:  # the first is none
    _module = import_module(f"{__package__}.{_name}")
    CHIPS[_name] = next(
        made
        for made in vars(_module).values()
        if isinstance(made, type)
        and issubclass(made, ImuChip)
        and made.__module__ == _module.__name__  # and not the chip that it builds on
    )
    ADDRESSES[_name] = _module.ADDRESS
