"""SKiDL's rule check of a circuit: pins in conflict, pins that nobody drives. Needs the extra `hardware`."""

import contextlib
import importlib
import io
import logging
import os
import tempfile
from typing import Any

from .circuit import Circuit, Kind

# What SKiDL calls each kind. A module joins ground and the cell's own end, which SKiDL would take for two supplies.
_TYPES = {
    Kind.SUPPLIES: "PWROUT",
    Kind.TAKES: "PWRIN",
    Kind.DRIVES: "OUTPUT",
    Kind.READS: "INPUT",
    Kind.BOTH: "BIDIR",
    Kind.OPEN: "OPENCOLL",
    Kind.PASSIVE: "PASSIVE",
}


def complaints(circuit: Circuit) -> list[str]:
    """Return what SKiDL's check finds. Raises ImportError without SKiDL."""
    # SKiDL writes its log and its report into the folder in which it runs, asked or not.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        skidl = _skidl()
        return _heard(skidl, _rebuilt(skidl, circuit))


def _skidl() -> Any:
    """Import SKiDL without its warnings of KiCad's libraries, which are not needed here."""
    for version in ("", 5, 6, 7, 8, 9, 10):
        os.environ.setdefault(f"KICAD{version}_SYMBOL_DIR", "")
    with contextlib.redirect_stderr(io.StringIO()):
        return importlib.import_module(
            "skidl"
        )  # by name: developers without the extra check types too


def _rebuilt(skidl: Any, circuit: Circuit) -> Any:
    made = skidl.Circuit(name=circuit.name)
    made.no_files = True
    parts = {part.reference: _part(skidl, part, made) for part in circuit.parts}
    for name, pins in circuit.nets.items():
        net = skidl.Net(name, circuit=made)
        if _is_fed(circuit, name):
            net.drive = skidl.Pin.drives.POWER
        for pin in pins:
            reference, _, leg = pin.partition(".")
            net += parts[reference][leg]
    for pin in circuit.unused:
        reference, _, leg = pin.partition(".")
        made.NC += parts[reference][leg]
    return made


def _part(skidl: Any, part: Any, made: Any) -> Any:
    pins = [
        skidl.Pin(num=name, name=name, func=getattr(skidl.Pin.types, _TYPES[kind]))
        for name, kind in part.pins.items()
    ]
    return skidl.Part(
        tool=skidl.SKIDL,
        name=part.what,
        ref=part.reference,
        value=part.value,
        pins=pins,
        circuit=made,
    )


def _is_fed(circuit: Circuit, net: str) -> bool:
    """True for a net whose power comes through a switch: SKiDL takes a switch for an open end."""
    parts = {circuit.part(pin.split(".")[0]).what for pin in circuit.nets[net]}
    return net == "GND" or "switch" in parts


def _heard(skidl: Any, made: Any) -> list[str]:
    """Run the check and return what it logs."""
    heard: list[str] = []

    class _Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    listener = _Listener()
    skidl.erc_logger.addHandler(listener)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            made.ERC()
    finally:
        skidl.erc_logger.removeHandler(listener)
    return [line for line in heard if "errors found" not in line and "warnings found" not in line]
