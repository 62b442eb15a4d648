"""The clinic's pages on the dashboard's one web application."""

from fastapi import FastAPI

from ..site import with_pages
from .context import ClinicDesk, show
from .pages import register


def application(working_with: ClinicDesk) -> FastAPI:
    """Return the application; the clinic's pages show this desk from now on."""
    show(working_with)
    return with_pages("clinic", register)
