"""The drawing of the clip's circuit."""

from schemdraw import elements as elm

from ..circuit import Circuit
from ..sheet import Sheet


def draw(circuit: Circuit) -> str:
    """Return the schematic as SVG."""
    sheet = Sheet(circuit)
    _module(sheet)
    _sensor(sheet)
    _cell(sheet)
    _driver(sheet)
    _usb(sheet)
    _divider(sheet)
    _button(sheet)
    return sheet.svg()


def _module(sheet: Sheet) -> None:
    left = ("5V", "3V3", "GND", "BAT+", "BAT-")
    right = tuple(f"D{place}" for place in range(11))
    sheet.title((-1.5, 10.6), "Module")
    sheet.box("U1", (0, 0), {"left": left, "right": right})
    sheet.ends("U1", {"left": left, "right": right})


def _sensor(sheet: Sheet) -> None:
    left, right = ("VIN", "GND", "SDA", "SCL"), ("SDO", "CS", "INT1", "INT2")
    sheet.title((8, 10.6), "Sensor")
    sheet.box("U2", (9.5, 5.4), {"left": left, "right": right})
    sheet.ends("U2", {"left": left, "right": right})


def _cell(sheet: Sheet) -> None:
    sheet.title((17.5, 10.6), "Cell and switch")
    sheet.part("BT1", elm.BatteryCell().down(), (18.6, 9.3), "bottom")
    sheet.part("S1", elm.Switch().right(), "BT1.+")
    sheet.join("BT1.+", "S1.1")
    sheet.net("S1.2", "right")
    sheet.net("BT1.-", "down")


def _driver(sheet: Sheet) -> None:
    sheet.title((8, 3.8), "Motor driver")
    sheet.part("R1", elm.Resistor().right(), (8.2, -2))
    sheet.part("R2", elm.Resistor().down(), "R1.2", "bottom")
    sheet.part("Q1", elm.NFet().right().reverse().anchor("gate"), (12.1, -2), "right")
    sheet.join("R1.2", "R2.1", "Q1.G")
    sheet.dot("R1.2")
    sheet.part("M1", elm.Motor().down(), (13.467, 2), "bottom")
    sheet.part("D1", elm.Schottky().up(), (11.4, -1))
    sheet.part("C1", elm.Capacitor().down(), (16, 2), "bottom")
    sheet.join("D1.K", "M1.+", "C1.1")
    sheet.join("D1.A", "M1.-", "Q1.D")
    sheet.dot("M1.+", "M1.-")
    sheet.net("M1.+", "up")
    sheet.net("R1.1", "left", 0.3)
    for pin in ("R2.2", "Q1.S", "C1.2"):
        sheet.net(pin, "down", 0.3)


def _usb(sheet: Sheet) -> None:
    sheet.title((17.5, 1.8), "USB power is there")
    sheet.part("R3", elm.Resistor().right(), (18.6, -2))
    sheet.part("R4", elm.Resistor().down(), "R3.2", "bottom")
    sheet.part("Q2", elm.NFet().right().reverse().anchor("gate"), (22.5, -2), "right")
    sheet.join("R3.2", "R4.1", "Q2.G")
    sheet.dot("R3.2")
    sheet.net("R3.1", "left", 0.3)
    sheet.net("Q2.D", "up", 0.7)
    for pin in ("R4.2", "Q2.S"):
        sheet.net(pin, "down", 0.3)


def _divider(sheet: Sheet) -> None:
    sheet.title((-1.5, -1.7), "Voltage of the cell")
    sheet.part("R5", elm.Resistor().right(), (-0.5, -3))
    sheet.part("R6", elm.Resistor().down(), "R5.2", "bottom")
    sheet.part("C2", elm.Capacitor().down(), (4.9, -3), "bottom")
    sheet.join("R5.2", "R6.1", "C2.1")
    sheet.dot("R5.2", "C2.1")
    sheet.net("R5.1", "left", 0.3)
    sheet.net("C2.1", "up", 0.6)
    for pin in ("R6.2", "C2.2"):
        sheet.net(pin, "down", 0.3)


def _button(sheet: Sheet) -> None:
    sheet.title((17.5, 4.7), "Button")
    sheet.part("SW1", elm.Button().right(), (18.6, 3.5))
    sheet.net("SW1.1", "left", 0.3)
    sheet.net("SW1.2", "right", 0.3)
