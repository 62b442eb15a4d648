"""Movements with their targets, and what goes astray in them."""

TARGET_DEG = {
    "flexion": 45, "extension": 50, "lateral_left": 35, "lateral_right": 35,
    "rotation_left": 60, "rotation_right": 60,
}  # fmt: skip
MOVEMENTS = list(TARGET_DEG)
# An angle of the wearer that does not belong to the movement.
ASTRAY = {
    "flexion": "rotation_deg", "extension": "rotation_deg", "lateral_left": "flexion_deg",
    "lateral_right": "flexion_deg", "rotation_left": "flexion_deg", "rotation_right": "lateral_deg",
}  # fmt: skip


def plan(movement: str, site: str = "head", **more: int) -> dict:
    target = {"target_cdeg": 100 * TARGET_DEG[movement]} if movement in TARGET_DEG else {}
    return {"movement": movement, "site": site, **target, **more}
