"""The drawing of the bench's circuit."""

from schemdraw import elements as elm

from ..circuit import Circuit
from ..sheet import Sheet


def draw(circuit: Circuit) -> str:
    """Return the schematic as SVG."""
    sheet = Sheet(circuit)
    supplies = ("5V", "3V3", "GND")
    signals = tuple(name for name in circuit.part("U1").pins if name not in supplies)
    sheet.title((-1.5, 7.6), "Board")
    sheet.box("U1", (0, 0), {"left": supplies, "right": signals})
    sheet.ends("U1", {"left": supplies, "right": signals})
    sheet.title((7.5, 7.6), "Sensor")
    sheet.box("U2", (9, 3), {"left": ("VIN", "GND", "SDA", "SCL")})
    sheet.ends("U2", {"left": ("VIN", "GND", "SDA", "SCL")})
    sheet.title((14, 7.6), "Motor")
    sheet.box("U3", (15.5, 3), {"left": ("VIN", "GND", "SIG"), "right": ("OUT+", "OUT-")})
    sheet.ends("U3", {"left": ("VIN", "GND", "SIG")})
    sheet.part("M1", elm.Motor().down(), (20, 6.1), "bottom")
    sheet.join("M1.+", "U3.OUT+", corner="-|")
    sheet.join("M1.-", "U3.OUT-", corner="-|")
    sheet.title((7.5, 1.6), "Button")
    sheet.part("SW1", elm.Button().right(), (9, 0.4))
    sheet.net("SW1.1", "left")
    sheet.net("SW1.2", "right")
    return sheet.svg()
