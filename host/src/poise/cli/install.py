"""Command `poise install`: puts Poise among the programs of this computer."""

import os
import sys
from importlib.resources import files
from pathlib import Path

import typer

from ..clip.transport.ports import udev_rule
from ..language import _
from ..wear.install import carry_out
from ..wear.install.entry import Entry, entering, leaving
from .context import new_app
from .urls import refuse_password
from .wearadmin import show, this_service

app = new_app(_("Put Poise among the programs of this computer, or take it out."))


@app.command()
def install(
    remove: bool = typer.Option(False, "--remove", help=_("Take it out; what is logged stays.")),
    dry_run: bool = typer.Option(False, "--dry-run", help=_("Only print what it would do.")),
    udev: bool = typer.Option(
        False,
        "--udev",
        help=_("Only print the rule by which Linux lets you open a clip's serial port."),
    ),
) -> None:
    """Put Poise among your programs: a menu entry (Linux), an application (macOS), a Start menu shortcut (Windows).

    It does what `poise open` does. Only `poise wear --install` starts Poise at each login.
    """
    if udev:
        sys.stdout.write(udev_rule())
        return
    if not remove:
        refuse_password(os.environ.get("POISE_STORE", ""), _("the menu entry"))
    steps = (leaving if remove else entering)(this_entry())
    if dry_run:
        show(steps)
        return
    carry_out(steps)
    if remove:
        typer.echo(
            _(
                "Poise is no longer among your programs. `poise wear --uninstall` ends its start at "
                "login."
            )
        )
    else:
        typer.echo(_("Poise is among your programs now."))


def this_entry() -> Entry:
    """Return the entry of this user."""
    assets = files("poise.dashboard").joinpath("assets")
    share, roaming = os.environ.get("XDG_DATA_HOME"), os.environ.get("APPDATA")
    return Entry(
        this_service(),
        svg=assets.joinpath("icon.svg").read_text(encoding="utf-8"),
        png=assets.joinpath("icon.png").read_bytes(),
        share=Path(share) if share else None,
        start_menu=Path(roaming) / "Microsoft/Windows/Start Menu/Programs" if roaming else None,
    )
