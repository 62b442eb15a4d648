"""Text that others wrote (a clip, whoever advertises nearby), made fit for a terminal."""


def printable(text: str) -> str:
    """`text` with a question mark for every character that is not printable: terminals obey control characters."""
    return "".join(character if character.isprintable() else "?" for character in text)
