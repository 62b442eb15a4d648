"""Power cuts during chosen operations of the twin's flash, which leave the operation half done."""

from collections.abc import Callable

from .flash import FlashChip

# Bytes of the operation that still get through, of those wanted.
SHAPES: dict[str, Callable[[int], int]] = {
    "nothing": lambda _size: 0,
    "first": lambda size: min(size, 1),
    "half": lambda size: size // 2,
    "all_but_one": lambda size: size - 1,
    "whole": lambda size: size,
}


class PowerCut:
    """Calls `cut` in the middle of flash operations.

    The first number of `after` counts from the start, each other from the cut before it, both from 1. `shape`: the part
    of the operation that reaches the flash, one of SHAPES.
    """

    def __init__(
        self, flash: FlashChip, after: tuple[int, ...], shape: str, cut: Callable[[], None]
    ) -> None:
        self._left = list(after)
        self._shape = SHAPES[shape]
        self._cut = cut
        self._count = 0
        flash.on_operation = self._asked

    def _asked(self, operation: str, block: int, size: int) -> int:
        del operation, block
        self._count += 1
        if not self._left or self._count < self._left[0]:
            return size
        del self._left[0]
        self._count = 0
        self._cut()  # the firmware never learns the result of this operation
        return self._shape(size)
