"""Words for the angle classes, and for time in doubt: those of report, Trends and `poise insight`."""

from itertools import pairwise

from ..insight import classes
from ..language import wording


def _words() -> list[str]:
    between = [f"{low:.0f} to {high:.0f}°" for low, high in pairwise(classes.EDGES_DEG)]
    return [
        f"below {classes.EDGES_DEG[0]:.0f}°",
        *between,
        f"{classes.EDGES_DEG[-1]:.0f}° and more",
    ]


ANGLE_CLASSES = dict(zip(classes.CLASSES, _words(), strict=True))
IN_DOUBT = (
    "For {time} of it the clip knew that it had slipped or was turned: those angles are in doubt."
)

wording.translate(__name__)
