"""How long a cell lasts: datasheet currents times duty cycles. Calculated, not measured; see docs/makers/power.md."""
