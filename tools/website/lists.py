"""Lists as MkDocs reads them: text in an item is indented by four blanks there, by its marker's width elsewhere."""

import re

_MARKER = re.compile(r"(?:[-*+]|\d+[.)]) +")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_STEP = 4


def indented(markdown: str) -> str:
    """Return the text with each level of a list indented by four blanks.

    An item of several blocks gets a blank line behind it. Code keeps its own indentation.
    """
    made: list[str] = []
    inside: list[int] = []  # of each item around this line: the column at which its text begins
    fence, shift, apart = "", 0, False  # `apart`: this item has more than one block
    for line in markdown.split("\n"):
        text = line.lstrip(" ")
        column = len(line) - len(text)
        if fence:
            made.append(_moved(line, shift))
            fence = "" if text.startswith(fence) else fence
            continue
        if not text:
            made.append(line)
            apart = True
            continue
        depth = len(inside)
        while inside and column < inside[-1]:
            inside.pop()
        marker = _MARKER.match(text)
        if marker and made and made[-1] and (len(inside) < depth - 1 or (depth and apart)):
            made.append("")  # else the item would be one more line of the block before it
        shift = _STEP * len(inside) - (inside[-1] if inside else 0)
        made.append(_moved(line, shift))
        if opened := _FENCE.match(text):
            fence = opened.group(1)
        elif marker:
            apart = False
            inside.append(column + marker.end())
    return "\n".join(made)


def _moved(line: str, shift: int) -> str:
    if shift >= 0:
        return " " * shift + line if line else line
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(-shift, blanks) :]
