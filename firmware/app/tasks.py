"""The coroutines that drive the clip. Each is a loop; an exception in any ends them all as a crash record."""

import asyncio
import os

from drivers.button import DEBOUNCE_MS, Button
from app.crashes import CHECK_IN_MS, WATCHDOG_MS, WELL_MS
from system.power import NO_RADIO
from system.unload import unload

_MINUTE_MS = 60_000
_STORE_WITHIN_MS = 900
_LOOK_MS = 100
_RADIO_PAUSE_MS = 600_000  # after a start that failed: the next try may be a panic


def go(clip: "Clip", radio_failure: "int | None" = None) -> None:
    """Run the clip with its links until a link leaves for the prompt or something crashes.

    `radio_failure`: the errno for which the radio is off, or None; -1: the start before died while starting the radio.
    """
    import bluetooth
    from link.ble import BleLink
    from link.pairing import Pairing
    from link.usb import UsbLink

    unload("app.equip")
    unload("slots")  # the slot is chosen: the module is not needed until the firmware checks in
    # The port's stubs take handles for memoryviews.
    radio: "Radio" = bluetooth.BLE()  # pyright: ignore[reportAssignmentType]
    pairing = Pairing(clip.bonds, clip.pairing_open)
    ble = BleLink(
        radio,
        clip.service,
        pairing,
        bluetooth,
        clip_id=clip.clip_id,
        firmware=clip.version,
        fault=clip.fault,
    )
    if radio_failure is not None:
        clip.fault("radio_failed", radio_failure)
        ble.stay_off(_RADIO_PAUSE_MS)
    asyncio.run(run(clip, (UsbLink(clip.board.stdio(), clip.service), ble), ble))


async def run(clip: "Clip", links: "tuple[Link, ...]", ble: "Ble") -> None:
    """Run all coroutines until a link leaves for the prompt or something crashes; then store the held records."""
    loop = asyncio.get_event_loop()
    loop.set_exception_handler(lambda _loop, context: clip.failed(context["exception"]))
    button = Button()
    work = [store(clip), press(clip, button), clip.haptic.run(), watch(clip), govern(clip, ble)]
    if not clip.crashes.safe:
        work += [sample(clip), minute(clip)]
    tasks = [asyncio.create_task(coroutine) for coroutine in work]
    tasks += [asyncio.create_task(_serve(clip, link)) for link in links]
    await clip.stopped.wait()
    for task in tasks:
        task.cancel()
    await asyncio.sleep_ms(
        0
    )  # lets the tasks end: they switch the motor off and give the terminal back
    clip.log.close()


async def _serve(clip: "Clip", link: "Link") -> None:
    await link.run()
    clip.stopped.set()


async def sample(clip: "Clip") -> None:
    """Read the sensor's FIFO again and again. A sensor that does not answer is tried again.

    No local variable holds the sampler during a wait: an update removes the sampler, and needs its memory at once.
    """
    while True:
        clip.sampler.sample()
        if clip.sampler.behind:
            await asyncio.sleep_ms(0)
        elif clip.sampler.slow and await _may_sleep(clip):
            clip.board.light_sleep(_pause_ms(clip))
            clip.slept.set()
        else:
            pause_ms = _pause_ms(clip)
            slow = clip.sampler.slow
            # In saver with the radio on: the full rate, which may begin meanwhile, fills a small FIFO in 400 ms.
            while pause_ms > 0 and clip.sampler.slow == slow:
                await asyncio.sleep_ms(min(pause_ms, _LOOK_MS))
                pause_ms -= _LOOK_MS


def _pause_ms(clip: "Clip") -> int:
    """Milliseconds until the sensor must be read; in saver no longer than to the edge of the radio's window."""
    pause_ms = clip.sampler.pause_ms
    if clip.sampler.slow:
        pause_ms = min(pause_ms, clip.power.radio_changes_in_ms(clip.now_ms()))
    return pause_ms


async def _may_sleep(clip: "Clip") -> bool:
    """True if the chip may sleep: radio, motor and button are idle. Held records are stored first."""
    if clip.log.held:
        clip.store()
    await asyncio.sleep_ms(5)  # lets the other coroutines run
    return not (clip.radio_on or clip.haptic.playing or clip.button_busy or clip.log.held)


async def govern(clip: "Clip", ble: "Ble") -> None:
    """Manage the battery once a second and at the edges of the radio's windows: mode, sensor rate, radio, level."""
    power, service = clip.power, clip.service
    gauge = None
    while True:
        now = clip.now_ms()
        charging, percent = clip.battery.charging(), clip.battery.percent()
        if service.spoken or clip.pairing_open():
            service.spoken = False
            power.used(now)
        if clip.battery.errno:
            clip.fault("battery_unread", clip.battery.errno)
            clip.battery.errno = 0
        # In safe mode the radio is not switched: switching it may have caused the crash.
        linger_s = 0 if clip.crashes.safe else clip.settings.get("saver_after_s")
        needed = service.motion_rate_hz > 0
        if power.step(now, ble.secure, charging, percent, linger_s, needed):
            clip.note("power", {"power": power.mode, "battery_pct": percent})
            if power.mode == NO_RADIO:
                clip.fault("battery_low", percent)
        # A host that follows shows the reminders. One that left the cable is told by its silence: then power is saved.
        if now >= clip.look_ms and (power.saving or not service.following) and not clip.updating:
            clip.timetable().look(clip)
        clip.sampler.save(power.saving)
        clip.radio_on = power.radio(now, ble.connected)
        ble.switch(clip.radio_on)
        clip.board.set_clock(clip.radio_on and not (charging or clip.updating))
        if clip.radio_on and percent != gauge:
            gauge = percent
            ble.set_battery_pct(min(percent, 100))
        await asyncio.sleep_ms(min(1000, power.radio_changes_in_ms(now)))


async def watch(clip: "Clip") -> None:
    """Feed the watchdog as long as the coroutines get their turn.

    After WELL_MS without a crash, earlier crashes are forgotten; a clip in safe mode then restarts.
    """
    watchdog = clip.watchdog = clip.board.watchdog(WATCHDOG_MS)
    well = False
    while True:
        watchdog.feed()
        await asyncio.sleep_ms(WATCHDOG_MS // 6)
        if clip.on_trial and clip.now_ms() >= CHECK_IN_MS and not clip.crashes.safe:
            from app.start_records import check_in

            unload("app.start_records")
            check_in(clip, os)
        if not well and clip.now_ms() >= WELL_MS:
            well = True
            if clip.crashes.well():
                clip.request_restart()


async def minute(clip: "Clip") -> None:
    """Note a `minute` record at the end of each minute of the clip's clock."""
    due = clip.now_ms() + _MINUTE_MS
    while True:
        await asyncio.sleep_ms(due - clip.now_ms())
        clip.sampler.end_minute()
        due += _MINUTE_MS


async def store(clip: "Clip") -> None:
    """Store held records: urgent ones, or ones that a host waits for, at once; the others once a second."""
    while True:
        await clip.pending.wait()
        for _ in range(_STORE_WITHIN_MS // 100):
            if clip.urgent or clip.service.following:
                break
            await asyncio.sleep_ms(100)
        clip.store()


async def press(clip: "Clip", button: "Button") -> None:
    """Watch the button. Its pin's interrupt wakes this coroutine, which then polls while a press is under way.

    A sleep leaves the pad with the RTC and latches no edge. So the pin is set up again after each sleep, and its level
    read.
    """
    from app.equip import part

    unload("app.equip")
    edge = clip.slept = asyncio.ThreadSafeFlag()
    pin = part(clip, "button_failed", lambda: _listen(clip, edge))
    part = None
    while pin:
        told = button.step(clip.now_ms(), not pin.value())
        clip.button_busy = not button.idle
        if told:
            clip.pressed(told)
        if button.idle:
            await edge.wait()
            pin = _listen(clip, edge)
        else:
            await asyncio.sleep_ms(DEBOUNCE_MS // 2)


def _listen(clip: "Clip", edge: "Flag") -> "ButtonPin":
    """Set the button's pin up anew, with `edge` set by its interrupts; return the pin."""
    pin = clip.board.button_pin()
    pin.irq(lambda _pin: edge.set(), pin.IRQ_FALLING | pin.IRQ_RISING)
    return pin
