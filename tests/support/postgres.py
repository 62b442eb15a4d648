"""A PostgreSQL server of the tests' own: Debian's, in a temporary folder, on a Unix socket that only they can reach.

It keeps nothing safe from a power cut (fsync is off) unless asked to, and ends with the process that started it.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from poise.store import Store

OWNER = "poise"
_NOBODY = "nobody"  # the server refuses to run as root
_FOLDERS = "/usr/lib/postgresql"
_TEMPLATE = "template_poise"
_SETTINGS = (
    "listen_addresses=", "shared_buffers=16MB", "max_connections=60", "deadlock_timeout=50ms"
)  # fmt: skip
_FORGETFUL = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")


class NoServer(Exception):
    """The programs of PostgreSQL or its driver are not on this machine; the message says what to install."""


def programs() -> Path:
    """The folder of the newest installed PostgreSQL. Raises NoServer."""
    found = sorted(Path(_FOLDERS).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    other = shutil.which("initdb")
    if other is None:
        raise NoServer("no PostgreSQL server: apt-get install postgresql")
    return Path(other).parent


class Server:
    """A running server in a folder of its own. Each test gets its own database."""

    def __init__(self, folder: Path, *, safe: bool = False) -> None:
        self.folder = folder
        self._settings = _SETTINGS if safe else (*_SETTINGS, *_FORGETFUL)
        self._bin = programs()
        self._as: list[str] = []
        if os.geteuid() == 0:
            user = pwd.getpwnam(_NOBODY)
            os.chown(folder, user.pw_uid, user.pw_gid)
            ids = f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}"
            self._as = ["setpriv", *ids, "--clear-groups"]
        self._made = 0
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make the cluster and start it; make the template of all later databases."""
        self._run("initdb", "-D", str(self.folder / "data"), "-U", OWNER, "-A", "trust",
                  "--no-sync", "--no-instructions", "--locale=C.UTF-8")  # fmt: skip
        self.start()
        self.sql(f"CREATE DATABASE {_TEMPLATE}")
        Store.open(self.url(_TEMPLATE)).close()

    def start(self) -> None:
        """Start it; return when it takes connections."""
        settings = [word for setting in self._settings for word in ("-c", setting)]
        command = [*(self._as or ["setpriv"]), "--pdeathsig=KILL", str(self._bin / "postgres")]
        command += ["-D", str(self.folder / "data"), "-k", str(self.folder), *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        while subprocess.run(
            [str(self._bin / "pg_isready"), "-q", "-h", str(self.folder)], check=False
        ).returncode:
            assert self._process.poll() is None, (self.folder / "log").read_text()

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """End it at once, as a crash or an operator does (SIGQUIT), or with its clients' consent (SIGINT)."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._bin / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False)
        assert done.returncode == 0, done.stderr

    def url(self, database: str, user: str = OWNER) -> str:
        """The URL of a database, as in POISE_STORE."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}"

    def sql(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the server's owner."""
        engine = sa.create_engine(self.url(database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def database(self, *, empty: bool = False) -> str:
        """Make a database, empty or with a new store; return its URL."""
        self._made += 1
        name = f"test_{self._made}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {'template1' if empty else _TEMPLATE}")
        return self.url(name)


@contextlib.contextmanager
def running(*, safe: bool = False) -> Iterator[Server]:
    """Yield a server of its own; end it and remove its folder afterwards. Raises NoServer.

    `safe`: it keeps what it has stored through a power cut, as in a clinic.
    """
    programs()
    if shutil.which("setpriv") is None:
        raise NoServer("no setpriv: apt-get install util-linux")
    # Short, because a socket's path has at most 107 bytes; and where another user may enter.
    with tempfile.TemporaryDirectory(prefix="poise-pg-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o700)
        server = Server(folder, safe=safe)
        try:
            server.make()
            yield server
        finally:
            server.stop()
