"""The place that the checks look at: this computer, as arguments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..clip.client import ClipClient
from ..clip.transport.ports import Port
from ..setup.findings import Look
from ..store import Store
from ..timebase.clock import Clock
from ..wear.install import Service


@dataclass(frozen=True)
class Place:
    """What is looked at. Every function may raise PoiseError.

    `data` returns the data folder, `store` opens the store. `look` listens for clips on the radio; `client` makes a
    client of the clip on that port (None: by Bluetooth). `ports` are the serial ports of the usual boards.
    `has_own_radio`: Bluetooth is not the system's, as with a twin. `root` is the top of the file system.
    """

    data: Callable[[], Path]
    store: Callable[[], Store]
    service: Callable[[], Service]
    look: Look
    client: Callable[[str | None], ClipClient]
    ports: Callable[[], Sequence[Port]]
    clock: Clock
    platform: str
    environment: Mapping[str, str]
    has_own_radio: bool = False
    root: Path = Path("/")
