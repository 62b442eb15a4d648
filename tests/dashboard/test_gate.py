"""Connections that say nothing: how many, how long, who goes first, and what is written about them."""

import gc
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from poise.dashboard import gate as gates
from poise.dashboard.gate import HEAD_BYTES, HEAD_S, MINUTE_S, MOST, Gate, Proof, Sparse, gated
from tests.conftest import WITHIN_S
from tests.support.dashboard_requests import ask, enter

from .conftest import Served


class Hands:
    """Timers of a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._timers: list[Timer] = []

    def later(self, delay_s: float, act: Callable[[], None]) -> "Timer":
        self._timers.append(Timer(self.now_s + delay_s, act))
        return self._timers[-1]

    def pass_s(self, seconds: float) -> None:
        self.now_s += seconds
        due = [timer for timer in self._timers if timer.at_s <= self.now_s]
        self._timers = [timer for timer in self._timers if timer not in due]
        for timer in due:
            timer.run()


class Timer:
    def __init__(self, at_s: float, act: Callable[[], None]) -> None:
        self.at_s = at_s
        self._act: Callable[[], None] | None = act

    def cancel(self) -> None:
        self._act = None

    def run(self) -> None:
        if self._act:
            self._act()


class Wire:
    """A transport."""

    def __init__(self, port: int) -> None:
        self.peer = ("127.0.0.1", port)
        self.open = True

    def get_extra_info(self, name: str):
        return self.peer

    def abort(self) -> None:
        self.open = False

    def is_closing(self) -> bool:
        return not self.open


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def crowd() -> list[int]:
    return []


@pytest.fixture
def gate(hands: Hands, crowd: list[int]) -> Gate:
    return Gate(hands.later, lambda: crowd.append(1))


def admitted(gate: Gate, count: int, first: int = 1) -> list[Wire]:
    wires = [Wire(port) for port in range(first, first + count)]
    for wire in wires:
        gate.admit(wire)
    return wires


def test_half_open_requests_are_closed_after_a_while(gate: Gate, hands: Hands):
    silent, slow, asking = admitted(gate, 3)
    with gate.answering(asking.peer, Proof.NONE):
        for _ in range(int(HEAD_S)):
            gate.hears(slow, 1)
            hands.pass_s(1)
        assert not silent.open and not slow.open
        hands.pass_s(3600)
        assert asking.open, "a socket is answered for hours"


def test_a_second_request_on_a_connection_has_its_time_too(gate: Gate, hands: Hands):
    (wire,) = admitted(gate, 1)
    with gate.answering(wire.peer, Proof.COOKIE):
        pass
    hands.pass_s(3600)
    assert wire.open, "uvicorn closes what idles"
    gate.hears(wire, 1)
    hands.pass_s(HEAD_S)
    assert not wire.open


def test_a_head_without_end(gate: Gate):
    endless, body = admitted(gate, 2)
    for _ in range(HEAD_BYTES // 1000 + 1):
        gate.hears(endless, 1000)
    with gate.answering(body.peer, Proof.KEY):
        gate.hears(body, 10 * HEAD_BYTES)
    assert not endless.open and body.open


def test_who_has_shown_nothing_makes_room_first(gate: Gate, crowd: list[int]):
    (patient,) = admitted(gate, 1)
    with gate.answering(patient.peer, Proof.KEY):
        crowding = admitted(gate, 15 * MOST, first=2)
        assert patient.open
        assert [wire.open for wire in crowding] == [False] * (14 * MOST + 1) + [True] * (MOST - 1)
    assert len(crowd) == 14 * MOST + 1


def test_a_stolen_cookie_does_not_keep_the_patient_out(gate: Gate):
    with contextmanager(_with_cookies)(gate, MOST) as thieves:
        (patient,) = admitted(gate, 1, first=MOST + 1)
        assert patient.open and not thieves[0].open and all(wire.open for wire in thieves[1:])


def _with_cookies(gate: Gate, count: int) -> Iterator[list[Wire]]:
    wires = admitted(gate, count)
    for wire in wires:
        with gate.answering(wire.peer, Proof.COOKIE):
            pass
    yield wires


def test_closed_ones_take_no_place(gate: Gate, crowd: list[int]):
    for wire in admitted(gate, MOST):
        wire.open = False
    assert all(wire.open for wire in admitted(gate, MOST, first=1000))
    assert not crowd


def test_nothing_more_is_read_of_what_was_closed(gate: Gate):
    read: list[bytes] = []

    class Reads:
        transport: Wire

        def connection_made(self, transport: Wire) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            read.append(data)

    connection, wire = gated(Reads, gate)(), Wire(1)
    connection.connection_made(wire)
    connection.data_received(b"GET ")
    connection.data_received(b"x" * HEAD_BYTES)
    assert read == [b"GET "] and not wire.open


def test_one_line_a_minute(hands: Hands):
    told: list[str] = []
    sparse = Sparse(hands.later, told.append, "{count} of them")
    for _ in range(1400):
        sparse.note()
    hands.pass_s(MINUTE_S - 1)
    assert told == ["1 of them"]
    hands.pass_s(1)
    assert told == ["1 of them", "1399 of them"]
    hands.pass_s(MINUTE_S)
    assert told[2:] == [""], "it is over"
    hands.pass_s(10 * MINUTE_S)
    assert len(told) == 3
    sparse.note()
    assert told[3:] == ["1 of them"]


def test_a_connection_writes_no_traceback(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    # Other tests' dashboards run in this process too, each with a filter of its own on these.
    for name in ("asyncio", "uvicorn.error"):
        monkeypatch.setattr(logging.getLogger(name), "filters", [])
    counted: list[int] = []
    with gates.quiet(lambda: counted.append(1)):
        for name, text in (
            ("asyncio", "socket.accept() out of system resource\nsocket: <socket>"),
            ("asyncio", "Task exception was never retrieved"),
            ("uvicorn.error", "opening handshake failed"),
            ("uvicorn.error", "Exception in ASGI application\n"),
        ):
            logging.getLogger(name).error(text, exc_info=OSError(24, "Too many open files"))
    told = [record for record in caplog.records if record.name != "poise.dashboard"]
    assert [record.getMessage().split()[0] for record in told] == ["Task", "Exception"]
    assert len(counted) == 2
    logging.getLogger("uvicorn.error").error("afterwards")
    assert caplog.records[-1].getMessage() == "afterwards"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log from now on. Earlier tests' garbage is collected first: asyncio logs futures that nobody awaited."""
    gc.collect()
    caplog.clear()
    return caplog


def test_half_open_requests_of_another_user_do_not_stall_it(server: Served, context, logged):
    cookie, key = enter(server)
    port = int(server.host.rpartition(":")[2])
    crowding = []
    try:
        for _ in range(3 * MOST):
            crowding.append(socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S))
            crowding[-1].sendall(b"GET / HTTP/1.1\r\nHost: ")
            if len(crowding) % MOST == 0:
                assert ask(server, "/help", Cookie=cookie, X_Poise_Key=key).status == 200
        closed = 0
        for each in crowding[:MOST]:
            closed += _is_closed(each)
        assert closed == MOST, "the oldest have made room"
    finally:
        for each in crowding:
            each.close()
    assert all(record.name == "poise.dashboard" for record in logged.records)
    assert len(logged.records) <= 2 and "Traceback" not in logged.text


def _is_closed(connection: socket.socket) -> bool:
    """Waits for its end, which the server has made or makes now."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"CONNECT example.com:443 HTTP/1.1\r\n\r\n",
        b"GET /%ff%fe\xff HTTP/1.1\r\n\r\n",
        b"GET //[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\nCookie: \xff=\xff\r\nOrigin: \xff\r\n\r\n",
        b"GET /enter?token=\xc3\xa4&token=%00 HTTP/1.1\r\nHost: {host}\r\n\r\n",
        b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nzz\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_any_bytes_are_answered_or_closed_without_a_line(
    server: Served, context, logged, sent: bytes
):
    port = int(server.host.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S) as connection:
        connection.sendall(sent.replace(b"{host}", server.host.encode()))
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while more := connection.recv(4096):
                answer += more
        except ConnectionError:
            pass
    assert b"client_id" not in answer and b"Traceback" not in answer
    assert not answer or int(answer.split()[1]) >= 400
    assert "Traceback" not in logged.text
    assert not [record for record in logged.records if record.name != "poise.dashboard"]
