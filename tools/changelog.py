"""CHANGELOG.md at a release: what stands under Unreleased becomes the new version's."""

import re
from datetime import date

_UNRELEASED = "## Unreleased\n"


class ChangelogError(ValueError):
    """CHANGELOG.md is not as a release needs it; the message says what to do."""


def cut(text: str, version: str, on: date) -> str:
    """Return the changelog with a heading for the version, and nothing under Unreleased. Raises ChangelogError."""
    if not notes(text).strip():
        raise ChangelogError(
            "CHANGELOG.md has nothing under Unreleased: write what a user notices."
        )
    if re.search(rf"^## {re.escape(version)} ", text, re.MULTILINE):
        raise ChangelogError(f"CHANGELOG.md has {version} already: take the next version.")
    return text.replace(_UNRELEASED, f"{_UNRELEASED}\n## {version} ({on.isoformat()})\n", 1)


def notes(text: str) -> str:
    """Return what stands under Unreleased. Raises ChangelogError."""
    if text.count(_UNRELEASED) != 1:
        raise ChangelogError("CHANGELOG.md needs one heading `## Unreleased`.")
    after = text.split(_UNRELEASED, 1)[1]
    return re.split(r"^## ", after, maxsplit=1, flags=re.MULTILINE)[0]
