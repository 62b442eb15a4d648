"""A place for the checks of `poise doctor`: the test's own data folder, and what the test adds."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from poise.clip.client import ClipClient
from poise.clip.transport.ble import Found
from poise.clip.transport.serial import SerialTransport
from poise.doctor.place import Place
from poise.store import Store
from poise.timebase.clock import SystemClock
from poise.wear.install import Service


async def _silence() -> Sequence[Found]:
    return ()


def place(folder: Path, **more: Any) -> Place:
    """Return a place with this data folder, without radio, ports and service; `more` replaces its fields."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    clock = SystemClock()

    def client(port: str | None) -> ClipClient:
        assert port is not None
        return ClipClient(SerialTransport(port), clock)

    return replace(
        Place(
            data=lambda: folder,
            store=lambda: Store.open(folder / "poise.db"),
            service=lambda: Service("linux", "/usr/bin/python3", folder / "home", folder),
            look=_silence,
            client=client,
            ports=tuple,
            clock=clock,
            platform="linux",
            environment={},
            has_own_radio=True,
            root=folder / "root",
        ),
        **more,
    )
