"""Paper of a report: A4, or Letter where the language's region writes on it."""

from .. import language

# Regions whose paper is US Letter (Unicode CLDR, supplemental data `paperSize`).
_LETTER = frozenset(("BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"))  # fmt: skip
CSS_NAMES = {"a4": "A4", "letter": "letter"}
PAPERS = tuple(CSS_NAMES)


def paper_here() -> str:
    """Return the paper of the present language's region, one of PAPERS."""
    region = language.current().rpartition("-")[2]
    return "letter" if region in _LETTER else "a4"
