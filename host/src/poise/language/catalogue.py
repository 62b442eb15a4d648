"""The translations of one language, read from its catalogue (gettext's .po), without a step of building."""

import gettext
import io
from functools import cache

from . import tags


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations of a language such as "de"; those that are marked as fuzzy are left out."""
    # Only here, because whoever reads English needs none of it.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (tags.CATALOGUES / f"{language}.po").open("rb") as file:
        read = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
