"""The clinic's pages, one module each. `register` gives NiceGUI their addresses."""

from ...pages import PATIENCE_S


def register() -> None:
    """Register all pages with NiceGUI, once in a process. A further page is a further line here."""
    from nicegui import app, ui

    from ..editor.copypart import add_copy
    from . import patients, plan, reference, visit

    add_copy(app)
    for address, page in (
        ("/clinic", patients.page),
        ("/clinic/patient/{patient_id}", visit.page),
        ("/clinic/patient/{patient_id}/plan", plan.page),
        ("/clinic/patient/{patient_id}/reference/{exercise_id}", reference.page),
    ):
        ui.page(address, response_timeout=PATIENCE_S)(page)
