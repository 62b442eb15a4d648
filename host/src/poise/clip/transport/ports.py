"""Search for serial ports that may be a clip, by the USB vendors of the chips on ESP32 boards."""

from dataclasses import dataclass

# USB vendor ids: Espressif, Silicon Labs CP210x, WCH CH34x, FTDI.
_VENDORS = {0x303A: "Espressif", 0x10C4: "Silicon Labs", 0x1A86: "WCH", 0x0403: "FTDI"}


@dataclass(frozen=True)
class Port:
    """A serial port: its path, and a description with the vendor's name."""

    device: str
    description: str


def likely_ports() -> list[Port]:
    """Return the ports of the usual USB serial chips, in the order of their names."""
    from serial.tools import list_ports

    found = [port for port in list_ports.comports() if port.vid in _VENDORS]
    return [
        Port(port.device, f"{_VENDORS[port.vid]}: {port.description}") for port in sorted(found)
    ]
