"""Lines about an exchange of letters, for the commands that meet a clip."""

import typer

from ..language import _
from ..letters.incoming import Taken
from ..letters.keys import grouped
from ..store.letters import TO_CLINIC
from ..wear.letters import Exchanged
from ..words import letters as words


def tell_mail(done: Exchanged) -> None:
    """Print what was taken, what was given, and on standard error what was refused and why."""
    if done.taken is not None:
        tell_taken(done.taken)
    if done.sent is not None:
        typer.echo(
            _("A letter is on the clip: number {number}, {bytes} bytes.").format(
                number=done.sent.row.number, bytes=len(done.sent.data)
            )
        )
        tell_left_out(done.sent.row.detail["left_out"])
    if done.refused is not None:
        typer.echo(_("Refused: {told}").format(told=done.refused.told), err=True)


def tell_taken(taken: Taken) -> None:
    """Print what a letter brought; of a first one, also the fingerprint to compare."""
    row = taken.row
    typer.echo(_("A letter was taken: number {number}.").format(number=row.number))
    if row.kind == TO_CLINIC:
        typer.echo("  " + words.counts(taken.rows))
        tell_left_out(row.detail["left_out"])
    if taken.first:
        typer.echo(
            _(
                "It is the first of this key: {fingerprint}. Compare it with what `poise letter show` "
                "says on the other side."
            ).format(fingerprint=grouped(row.fingerprint))
        )


def tell_left_out(count: int) -> None:
    """Print that a letter has no room for the oldest entries, if so."""
    if count:
        typer.echo(
            _(
                "It has no room for the {count} oldest entries: bring them by file (`poise letter export`)."
            ).format(count=count)
        )
