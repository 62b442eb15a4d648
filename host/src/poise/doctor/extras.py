"""Checks of the extras: each group of packages that Poise does without in daily use, by its own list (PEP 508)."""

from collections.abc import Callable, Iterable
from importlib import metadata

from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from .. import installed
from ..errors import PoiseError
from ..language import N_
from ..setup.findings import Finding, of_error
from ..words import doctor as words

# Extra of pyproject.toml -> what it is for. The others are tools of the developers.
EXTRAS = {
    "report": N_("PDF reports"),
    "clinical": N_("health records"),
    "clinic": N_("shared database"),
    "cohort": N_("cohorts"),
    "flash": N_("flashing"),
    "twin": N_("virtual clip"),
}
Found = Callable[[str], str | None]


def version_of(name: str) -> str | None:
    """Return the version of an installed package; None if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def wanted() -> list[Requirement]:
    """Return what Poise requires, with its extras; nothing where no installer has noted it."""
    try:
        return [Requirement(text) for text in metadata.requires(installed.NAME) or ()]
    except metadata.PackageNotFoundError:
        return []


def extras(requirements: Iterable[Requirement], found: Found = version_of) -> list[Finding]:
    """Return a finding for each extra, by the versions that `found` tells."""
    known = list(requirements)
    return [_extra(extra, what, known, found) for extra, what in EXTRAS.items()]


def packages(requirements: Iterable[Requirement], found: Found = version_of) -> dict[str, str]:
    """Return name -> version of each required package, "" for one that is not there."""
    return {each.name: found(each.name) or "" for each in requirements}


def _extra(extra: str, what: str, known: list[Requirement], found: Found) -> Finding:
    if not known:
        return Finding(what, False, words.EXTRA_UNKNOWN, False, words.EXTRA_UNKNOWN_CURE)
    absent = [each.name for each in known if _is_of(each, extra) and not _is_met(each, found)]
    facts = {"extra": extra, "lacks": " ".join(absent)}
    if not absent:
        return Finding(what, True, words.EXTRA, False, facts=facts)
    text = words.EXTRA_LACKS.format(absent=", ".join(absent))
    return Finding(what, False, text, False, installed.add(extra), facts)


def _is_of(requirement: Requirement, extra: str) -> bool:
    """True if the extra needs this on this platform, and the core does not."""
    marker = requirement.marker
    return (
        marker is not None
        and marker.evaluate({"extra": extra})
        and not marker.evaluate({"extra": ""})
    )


def _is_met(requirement: Requirement, found: Found) -> bool:
    version = found(requirement.name)
    try:
        return version is not None and requirement.specifier.contains(
            Version(version), prereleases=True
        )
    except InvalidVersion:  # a version of somebody's own: it is there
        return True


def vm() -> Finding:
    """Return whether a MicroPython is there, in which the virtual clip runs."""
    from ..twin.machine.vm import find_vm

    what = "MicroPython"
    try:
        found = find_vm(64)
    except PoiseError as error:
        return of_error(what, error, needed=False)
    return Finding(what, True, found.version, False, facts={"version": found.version})
