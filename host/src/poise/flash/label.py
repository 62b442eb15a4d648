"""A clip's label: its id as a QR code and in letters, to be printed and stuck on."""

import segno

_WIDTH_MM, _HEIGHT_MM = 30, 14
_CODE_MM = 12
_EDGE_MM = 1
_NAME_MM = 14.5
_SHOWN = 4  # the last digits, by which the clip is called in the air: Poise 1901


def label(clip_id: str) -> str:
    """Return the label as an SVG of 30 by 14 mm."""
    code = segno.make_qr(clip_id, error="m")
    modules = code.symbol_size(border=0)[0]
    size_mm = _CODE_MM / modules
    squares = "".join(
        f"M{column} {row}h1v1h-1z"
        for row, line in enumerate(code.matrix)
        for column, dark in enumerate(line)
        if dark
    )
    text_mm = _CODE_MM + 2 * _EDGE_MM
    half = len(clip_id) // 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH_MM}mm" height="{_HEIGHT_MM}mm" '
        f'viewBox="0 0 {_WIDTH_MM} {_HEIGHT_MM}">'
        f'<rect width="{_WIDTH_MM}" height="{_HEIGHT_MM}" fill="#fff"/>'
        f'<path transform="translate({_EDGE_MM} {_EDGE_MM}) scale({size_mm:.4f})" d="{squares}"/>'
        '<g font-family="sans-serif" fill="#000">'
        f'<text x="{text_mm}" y="5" font-size="2.7" font-weight="bold" textLength="{_NAME_MM}" '
        f'lengthAdjust="spacingAndGlyphs">Poise {clip_id[-_SHOWN:].upper()}</text>'
        f'<text x="{text_mm}" y="9" font-size="2.2">{clip_id[:half]}</text>'
        f'<text x="{text_mm}" y="12" font-size="2.2">{clip_id[half:]}</text></g></svg>\n'
    )
