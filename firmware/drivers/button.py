"""Push button: debounced presses, sorted into short, long, double and pairing presses. Pure."""

DEBOUNCE_MS = 20
LONG_MS = 3000
PAIR_MS = 6000
DOUBLE_GAP_MS = 400  # a second press within this time makes a double press, so a short press is reported only after it

# States
_IDLE = 0  # up, nothing pending
_DOWN = 1  # first press
_GAP = 2  # released after a first press: a second may follow
_DOWN_AGAIN = 3  # second press: a double press is reported at its release
_HELD = 4  # a long press is reported: wait for the release
_DONE = 5  # the pairing press is reported as well


class Button:
    """State machine of one button. Call `step` at least every DEBOUNCE_MS during a press; milliseconds must not
    wrap."""

    def __init__(self) -> None:
        self._state = _IDLE
        self._since_ms = 0  # when this state began
        self._raw = False
        self._raw_since_ms = 0
        self.held = False  # debounced level

    def step(self, t_ms: int, pressed: bool) -> "str | None":
        """Take the pin's level. Return None, "short", "double", or while still held "long" and then "pair"."""
        if pressed != self._raw:
            self._raw = pressed
            self._raw_since_ms = t_ms
        changed = self._raw != self.held and t_ms - self._raw_since_ms >= DEBOUNCE_MS
        if changed:
            self.held = self._raw
        return self._advance(t_ms, changed)

    @property
    def idle(self) -> bool:
        """True if nothing is pressed and no press is pending: the level need not be polled."""
        return self._state == _IDLE and not self.held and not self._raw

    def _advance(self, t_ms: int, changed: bool) -> "str | None":
        lasted_ms = t_ms - self._since_ms
        if self._state == _GAP and not changed and lasted_ms >= DOUBLE_GAP_MS:
            return self._enter(_IDLE, t_ms, "short")
        if self._state in (_DOWN, _DOWN_AGAIN) and not changed and lasted_ms >= LONG_MS:
            return self._enter(_HELD, t_ms, "long")
        if self._state == _HELD and not changed and lasted_ms >= PAIR_MS - LONG_MS:
            return self._enter(_DONE, t_ms, "pair")
        if not changed:
            return None
        if self.held:
            return self._enter(_DOWN_AGAIN if self._state == _GAP else _DOWN, t_ms, None)
        if self._state == _DOWN:
            return self._enter(_GAP, t_ms, None)
        return self._enter(_IDLE, t_ms, "double" if self._state == _DOWN_AGAIN else None)

    def _enter(self, state: int, t_ms: int, press: "str | None") -> "str | None":
        self._state = state
        self._since_ms = t_ms
        return press
