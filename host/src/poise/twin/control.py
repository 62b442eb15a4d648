"""The twin's control socket: one JSON object a line in, one out. For tests, demos and developers."""

import asyncio
import inspect
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .device import TwinDevice


class ControlServer:
    """Serves a TwinDevice on a Unix socket. The command `quit` sets `finished`."""

    def __init__(self, device: TwinDevice, path: Path) -> None:
        self._device = device
        self.path = path
        self._server: asyncio.Server | None = None
        self.finished = asyncio.Event()
        self._commands: dict[str, Callable[..., Any]] = {
            "truth": self._truth,
            "button": self._button,
            "radio": self._radio,
            "speed": self._speed,
            "power_cut": self._power_cut,
            "usb": self._usb,
            "haptic": self._haptic,
            "imu": self._imu,
            "stats": self._stats,
            "meter": self._meter,
            "fail": self._fail,
            "panic": self._panic,
            "quit": self._quit,
        }

    async def start(self) -> None:
        """Listen on the socket."""
        self._server = await asyncio.start_unix_server(self._serve, path=str(self.path))

    async def stop(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.close()
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._reply(line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            return  # the client went away, or sent an endless line
        finally:
            writer.close()

    async def _reply(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            command = self._commands[request["cmd"]]
        except (json.JSONDecodeError, KeyError, TypeError):
            known = ", ".join(sorted(self._commands))
            return {"error": f"not a command; known: {known}"}
        try:
            result: Any = command(request)
            if inspect.iscoroutine(result):
                result = await result
        except (KeyError, TypeError, ValueError) as error:
            return {"error": f"{request['cmd']}: {error}"}
        return result or {}

    def _truth(self, request: dict[str, Any]) -> dict[str, Any]:
        now_us = request.get("at_us", self._device.clock.now_us())
        return {"at_us": now_us, **asdict(self._device.wearer.truth(now_us / 1e6))}

    def _button(self, request: dict[str, Any]) -> None:
        """Press now, for `press_ms`; and again `again_ms` after the press began, however late the next command is."""
        press_us = int(request.get("press_ms", 150)) * 1000
        self._device.pins.press(press_us)
        if "again_ms" in request:
            at_us = self._device.clock.now_us() + int(request["again_ms"]) * 1000
            self._device.hub.at(at_us, lambda: self._device.pins.press(press_us))

    def _speed(self, request: dict[str, Any]) -> None:
        speed = float(request["speed"])
        if not speed > 0:
            raise ValueError("speed is above 0")
        self._device.clock.set_speed(speed)

    async def _radio(self, request: dict[str, Any]) -> None:
        if "down_s" in request:
            await self._device.radio.down(float(request["down_s"]))
        if "loss" in request:
            self._device.radio.set_loss(float(request["loss"]))
        if "delay_ms" in request:
            self._device.radio.set_delay(float(request["delay_ms"]))
        if "enomem_every" in request:
            self._device.radio.set_enomem(int(request["enomem_every"]))
        if "slot_ms" in request:
            self._device.radio.set_pacing(float(request["slot_ms"]))
        if request.get("disconnect"):
            self._device.radio.disconnect()

    def _fail(self, request: dict[str, Any]) -> None:
        self._device.fail(str(request["part"]), bool(request.get("fails", True)))

    def _panic(self, request: dict[str, Any]) -> None:
        del request
        self._device.panic()

    def _power_cut(self, request: dict[str, Any]) -> None:
        self._device.power_cut(float(request.get("off_s", 1.0)))

    def _usb(self, request: dict[str, Any]) -> dict[str, Any]:
        self._device.usb.cut = bool(request.get("cut", False))
        uart = self._device.usb.uart
        if "deaf_ms" in request:
            if uart is None:
                raise ValueError("deaf_ms needs a line with a ring: not with --baud 0")
            every_us = int(request.get("every_ms", 0)) * 1000
            uart.deafen(int(request["deaf_ms"]) * 1000, every_us)
        if "noise_hex" in request:
            after_bytes = int(request.get("after_bytes", 0))
            self._device.usb.inject(bytes.fromhex(request["noise_hex"]), after_bytes)
        return {
            "lost_bytes": uart.lost_bytes if uart else 0,
            "unread_bytes": uart.unread if uart else 0,
        }

    def _haptic(self, request: dict[str, Any]) -> dict[str, Any]:
        del request
        return {"pulses": [asdict(pulse) for pulse in self._device.pins.pulses]}

    def _imu(self, request: dict[str, Any]) -> None:
        imu = self._device.imu
        for fault in ("dead", "stuck", "noisy", "self_test_broken"):
            if fault in request:
                setattr(imu, fault, bool(request[fault]))
        if "disconnect_after_s" in request:
            after_s = request["disconnect_after_s"]
            now_us = self._device.clock.now_us()
            imu.disconnect_at_us = None if after_s is None else now_us + int(float(after_s) * 1e6)

    def _stats(self, request: dict[str, Any]) -> dict[str, Any]:
        del request
        device = self._device
        return {
            "now_us": device.clock.now_us(),
            "requests": device.hub.requests,
            "erases": sum(device.flash.erases),
            "programs": device.flash.programs,
            "boots": [asdict(boot) for boot in device.boots],
        }

    def _meter(self, request: dict[str, Any]) -> dict[str, Any]:
        del request
        device = self._device
        imu = {"imu": device.options.imu, "imu_rate_hz": device.imu.rate_hz}
        return {"now_us": device.clock.now_us(), **imu, **device.hub.meter.read()}

    def _quit(self, request: dict[str, Any]) -> None:
        del request
        self.finished.set()
