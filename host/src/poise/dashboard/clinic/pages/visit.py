"""A patient's visit: what happened since the last one."""

from ..layout import patient_frame


def page(patient_id: int) -> None:
    """Draw the page."""
    with patient_frame(patient_id, "visit"):
        pass
