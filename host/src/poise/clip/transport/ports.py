"""Search for serial ports that may be a clip, by the USB vendors of the chips on ESP32 boards."""

from dataclasses import dataclass

# USB vendor ids: Espressif, Silicon Labs CP210x, WCH CH34x, FTDI; and Linux's driver for each.
VENDORS = {0x303A: "Espressif", 0x10C4: "Silicon Labs", 0x1A86: "WCH", 0x0403: "FTDI"}
DRIVERS = {0x303A: "cdc_acm", 0x10C4: "cp210x", 0x1A86: "ch341", 0x0403: "ftdi_sio"}
# Before systemd's 73-seat-late.rules, which turns the tag `uaccess` into a right.
RULE_PATH = "/etc/udev/rules.d/70-poise-clip.rules"


@dataclass(frozen=True)
class Port:
    """A serial port: its path, a description with the vendor's name, and that name alone."""

    device: str
    description: str
    vendor: str = ""


def udev_rule() -> str:
    """Return Linux's rule for these ports: who sits here may open them, and ModemManager leaves them alone."""
    lines = ["# Poise: the serial ports of ESP32 boards, for whoever sits at this computer."]
    for vendor, name in VENDORS.items():
        lines += [
            f"# {name}",
            f'SUBSYSTEM=="tty", ATTRS{{idVendor}}=="{vendor:04x}", TAG+="uaccess", ENV{{ID_MM_PORT_IGNORE}}="1"',
        ]
    return "\n".join(lines) + "\n"


def likely_ports() -> list[Port]:
    """Return the ports of the usual USB serial chips, in the order of their names."""
    from serial.tools import list_ports

    found = [port for port in list_ports.comports() if port.vid in VENDORS]
    return [
        Port(port.device, f"{VENDORS[port.vid]}: {port.description}", VENDORS[port.vid])
        for port in sorted(found)
    ]
