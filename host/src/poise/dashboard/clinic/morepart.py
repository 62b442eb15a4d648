"""What else is done with a patient: the commands, each to be copied as it stands."""

import shlex

from ...words import clinic as words
from ..context import PageContext
from ..parts import card, el, more

_COMMANDS = {  # by key of words.MORE_ACTS
    "everything": "poise --patient {patient} export --everything --passphrase --to patient.age",
    "audit": "poise --patient {patient} audit",
    "lend": "poise --patient {patient} clip lend",
    "return": "poise --patient {patient} clip return",
    "erase": "poise patient erase {patient} --yes-erase {patient}",
}


def show_more(here: PageContext) -> None:
    """Draw the commands for exports, lending and erasure, with this patient in them."""
    name = shlex.quote(here.store.patient.pseudonym)
    with card(words.MORE), more(words.MORE_SHOW):
        el("p", words.MORE_NOTE, "small muted")
        with el("dl", classes="rows"):
            for key, command in _COMMANDS.items():
                with el("div"):
                    el("dt", words.MORE_ACTS[key])
                    with el("dd"):
                        el("code", command.format(patient=name), classes="command")
