"""Poise opens no connection to the network: nothing that could is imported, and the twin hears this machine only."""

import ast
import asyncio
import random
import re
from pathlib import Path

import pytest

from poise.dashboard.server import bound
from poise.twin.radio.link import RadioLink
from poise.twin.radio.port import HostPort

ROOT = Path(__file__).parents[1]
NETWORK = {"socket", "ssl", "http", "urllib", "urllib3", "requests", "httpx", "aiohttp", "websockets", "ftplib",
           "smtplib", "socketserver", "xmlrpc"}  # fmt: skip


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found


def users(folder: Path) -> set[str]:
    paths = folder.rglob("*.py")
    return {str(path.relative_to(folder)) for path in paths if imports(path) & NETWORK}


def test_nothing_that_could_reach_the_network_is_imported() -> None:
    # The twin's pipe to its VM is a pair of sockets without an address; the dashboard listens, and reads cookies.
    dashboard = {"dashboard/access.py", "dashboard/server.py"}
    reads = {"installed.py"}  # the address of a folder or a file
    assert (
        users(ROOT / "host/src/poise")
        == {"twin/device.py", "twin/machine/hub.py"} | dashboard | reads
    )
    pairs = [
        (ROOT / "host/src/poise/twin" / name).read_text()
        for name in ("device.py", "machine/hub.py")
    ]
    opened = {"open_connection(", "create_connection(", "create_datagram_endpoint("}
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "host/src").rglob("*.py")]
    assert not [call for call in opened for source in sources if call in source]
    assert set(re.findall(r"(?<![\w.])socket\.(\w+)\(", "".join(pairs))) == {"socketpair"}


def test_the_dashboard_listens_to_this_machine_only() -> None:
    with bound(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"
    folder = ROOT / "host/src/poise/dashboard"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    assert set(re.findall(r"(?<![\w.])socket\.(\w+)\(", source)) == {"socket"}
    assert ".connect(" not in source


def test_the_pages_load_nothing_from_elsewhere() -> None:
    folder = ROOT / "host/src/poise/dashboard/assets"
    for path in (each for each in folder.iterdir() if each.suffix != ".png"):
        own = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "//" not in re.sub(r"(?m)^\s*//.*$", "", own).replace("/*", "").replace("*/", ""), (
            path
        )


def test_the_clip_knows_no_network() -> None:
    forbidden = NETWORK | {"network", "usocket", "espnow", "webrepl"}
    paths = [path for path in (ROOT / "firmware").rglob("*.py") if "boards/twin" not in str(path)]
    assert len(paths) > 30
    assert not [path for path in paths if imports(path) & forbidden]


async def test_the_virtual_radio_listens_to_this_machine_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listening: list[str] = []
    loop = asyncio.get_running_loop()
    create = loop.create_server

    async def watched(*arguments, **options):
        server = await create(*arguments, **options)
        listening.extend(each.getsockname()[0] for each in server.sockets)
        return server

    monkeypatch.setattr(loop, "create_server", watched)
    port = HostPort(RadioLink(random.Random(1)))
    await port.start()
    await port.stop()
    assert listening == ["127.0.0.1"]
