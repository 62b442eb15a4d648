"""Execution of the steps that install or remove the service. `steps` makes them."""

import contextlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ...errors import PoiseError, Reason
from ...language import N_, _
from .steps import (
    Command,
    Remove,
    RemoveFolder,
    Service,
    Step,
    Write,
    WriteBytes,
    installing,
    uninstalling,
)

_SECONDS = 60
_PROGRAM = 0o755
_NO_BUS = N_(
    "Log in on the desktop (or set XDG_RUNTIME_DIR) and try again; `poise wear` works without it."
)


def install(service: Service) -> None:
    """Install the service, or nothing of it. Raises PoiseError as `carry_out` and `installing` do."""
    steps = installing(service)
    try:
        carry_out(steps)
    except PoiseError:
        # Its definition says that it is installed (`is_installed`); one that nothing starts would say so wrongly.
        for step in uninstalling(service):
            with contextlib.suppress(PoiseError):  # the step that failed may fail again here
                carry_out([step])
        raise


def carry_out(steps: Sequence[Step]) -> None:
    """Carry out the steps in order.

    Raises PoiseError (STORE_UNWRITABLE, MISSING_EXTRA, REFUSED) at the first step that fails.
    """
    for step in steps:
        if isinstance(step, Command):
            _run(step)
            continue
        try:
            _change(step)
        except OSError as error:
            raise PoiseError(
                Reason.STORE_UNWRITABLE,
                _("{path} can't be changed ({reason})").format(
                    path=step.path, reason=error.strerror
                ),
                _("See to its rights, then try again."),
            ) from error


def _change(step: Write | WriteBytes | Remove | RemoveFolder) -> None:
    path = Path(step.path)
    if isinstance(step, Remove):
        path.unlink(missing_ok=True)
        return
    if isinstance(step, RemoveFolder):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(step, WriteBytes):
        path.write_bytes(step.content)
        return
    path.write_text(step.text, encoding=step.encoding)
    if step.runs:
        path.chmod(_PROGRAM)


def _run(step: Command) -> None:
    try:
        done = subprocess.run(
            step.words,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        if step.may_fail:
            return
        raise PoiseError(
            Reason.MISSING_EXTRA,
            _("{program} does not run here ({error})").format(program=step.words[0], error=error),
            _(
                "Let `poise wear --service` be started when you log in, by the means that this "
                "system has."
            ),
        ) from None
    if done.returncode and not step.may_fail:
        said = (done.stderr or done.stdout).strip().splitlines() or [_("no reason given")]
        raise PoiseError(
            Reason.REFUSED,
            _("`{command}` failed: {said}").format(command=" ".join(step.words), said=said[-1]),
            _(_NO_BUS),
        )
