"""Numbers of a report as text. Pure."""

from collections.abc import Iterable

from ..language import _, formats


def duration(minutes: float) -> str:
    """Return minutes as text in hours and minutes, such as "1 h 05 min"."""
    whole = round(minutes)
    if whole == 0:
        return "0 min" if minutes == 0 else _("under 1 min")
    hours, rest = divmod(whole, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d} min"


def hours(minutes: float) -> str:
    """Return minutes as hours, with a decimal below 100 h; "–" for none."""
    if not minutes:
        return "–"
    return formats.number(minutes / 60, 1 if minutes < 6000 else 0)


def share(part: float | None) -> str:
    """Return a part of 1 in whole percent; "<1 %" for a small one, "–" for None."""
    if part is None:
        return "–"
    if 0 < part < 0.01:
        return "<1 %"
    return f"{part:.0%}".replace("%", " %")


def part(value: float, whole: float) -> float | None:
    """Return `value` as a part of `whole`; None of nothing."""
    return value / whole if whole else None


def degrees(value: float | None) -> str:
    """Return an angle in whole degrees; "–" for None."""
    return "–" if value is None else f"{value:.0f}°".replace("-", "−")


def plain(value: float) -> str:
    """Return a number with the decimals that it has, at most two."""
    text = f"{round(value, 2):g}"
    return formats.number(float(text), len(text.partition(".")[2]))


def per_28(value: float | None) -> str:
    """Return a number of days in 28; "–" for None."""
    return "–" if value is None else formats.number(value, 1)


def signed(value: float, decimals: int | None = None) -> str:
    """Return a difference with its sign, rounded; without `decimals` as `plain`. One that rounds to 0 has no sign."""
    size = plain(abs(value)) if decimals is None else formats.number(abs(value), decimals)
    if not round(value, 2 if decimals is None else decimals):
        return size
    return ("−" if value < 0 else "+") + size


def sentences(texts: Iterable[str]) -> str:
    """Return these sentences as one text."""
    return " ".join(text for text in texts if text)
