"""What else is done with a patient: the clip's return, and commands, each to be copied as it stands."""

import shlex

from ...words import clinic as words
from ..context import PageContext
from ..parts import card, el, more
from .context import desk
from .returnpart import Return

_COMMANDS = {  # by key of words.MORE_ACTS
    "everything": "poise --patient {patient} export --everything --passphrase --to patient.age",
    "audit": "poise --patient {patient} audit",
    "erase": "poise patient erase {patient} --yes-erase {patient}",
}


def show_more(here: PageContext) -> None:
    """Draw the clip's return, and the commands for exports and erasure, with this patient in them."""
    name = shlex.quote(here.store.patient.pseudonym)
    folder = desk().folder
    with card(words.MORE), more(words.MORE_SHOW), el("div", classes="stack"):
        if desk().tray is not None and folder is not None:
            Return(here, folder).show()
        el("p", words.MORE_NOTE, "small muted")
        with el("dl", classes="rows"):
            for key, command in _COMMANDS.items():
                with el("div"):
                    el("dt", words.MORE_ACTS[key])
                    with el("dd"):
                        el("code", command.format(patient=name), classes="command")
