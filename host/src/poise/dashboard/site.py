"""The web application: NiceGUI's pages and our own few files. One in a process, like NiceGUI."""

from collections.abc import Callable
from importlib.resources import files

from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from .. import language
from ..words import strings
from . import theme
from .access import KEY_NAME
from .context import PageContext, show
from .pages import register
from .speaking import of_page

_SCRIPTS = ("link.js", "poise.js", "pace.js", "clinic.js")
_made: list[FastAPI] = []
_registered: set[str] = set()


def application(working_with: PageContext) -> FastAPI:
    """Return the application; its pages show this context from now on."""
    show(working_with)
    return with_pages("patient", register)


def with_pages(name: str, register_pages: Callable[[], None]) -> FastAPI:
    """Return the application with these pages, which are registered once in a process."""
    app = _application()
    if name not in _registered:
        _registered.add(name)
        register_pages()
    return app


def _application() -> FastAPI:
    language.add_way(of_page)
    if _made:
        return _made[0]
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    _add_files(app)
    ui.run_with(
        app,
        title=strings.APP,
        favicon=_asset("icon.svg"),
        dark=None,
        language="en-US",
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=10.0,
    )
    _made.append(app)
    return app


def give_sockets(key: str) -> None:
    """Put the key into the socket's address in each page. Nobody gets a page without the key."""
    nicegui_app.config.socket_io_js_query_params[KEY_NAME] = key


def _add_files(app: FastAPI) -> None:
    style = theme.stylesheet()

    @app.get("/own/poise.css")
    def _style() -> Response:
        return Response(style, media_type="text/css")

    for name in _SCRIPTS:
        app.add_route(f"/own/{name}", _script(_asset(name)))


def _script(text: str) -> Callable[[Request], Response]:
    return lambda _request: Response(text, media_type="text/javascript")


def _asset(name: str) -> str:
    return files("poise.dashboard").joinpath("assets", name).read_text(encoding="utf-8")
