"""Serial ports that may be a clip, by the USB vendor of the chips on ESP32 boards."""

from dataclasses import dataclass

# USB vendor ids: Espressif, Silicon Labs CP210x, WCH CH34x, FTDI.
_VENDORS = {0x303A: "Espressif", 0x10C4: "Silicon Labs", 0x1A86: "WCH", 0x0403: "FTDI"}


@dataclass(frozen=True)
class Port:
    """A serial port: its path, and what it says of itself."""

    device: str
    description: str


def likely_ports() -> list[Port]:
    """Ports of the usual USB serial chips, in order of their names."""
    from serial.tools import list_ports

    found = [port for port in list_ports.comports() if port.vid in _VENDORS]
    return [
        Port(port.device, f"{_VENDORS[port.vid]}: {port.description}") for port in sorted(found)
    ]
