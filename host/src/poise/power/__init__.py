"""Battery life: datasheet currents times duty cycles. Calculated, not measured; see docs/makers/power.md."""
