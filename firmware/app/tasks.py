"""The coroutines that drive the clip. Each is a loop; an exception in any ends them all as a crash record."""

import asyncio

from drivers.button import DEBOUNCE_MS, Button
from app.crashes import CHECK_IN_MS, WATCHDOG_MS, WELL_MS
from system.power import NO_RADIO
from system.unload import unload

_MINUTE_MS = 60_000
_STORE_WITHIN_MS = 900
_RADIO_PAUSE_MS = 600_000  # after a start that failed: the next try may be a panic


def go(clip, radio_failure=None):
    """Runs the clip with its links until one leaves for the prompt or something crashes.

    `radio_failure`: why the radio is off, or None; -1: the start before died of it.
    """
    import bluetooth
    from link.ble import BleLink
    from link.pairing import Pairing
    from link.usb import UsbLink

    unload("app.equip")
    unload("slots")  # chosen: not needed until the firmware checks in
    radio = bluetooth.BLE()
    pairing = Pairing(clip.bonds, clip.pairing_open)
    ble = BleLink(
        radio, clip.service, pairing, "", clip.clip_id, bluetooth, clip.version, fault=clip.fault
    )
    if radio_failure is not None:
        clip.fault("radio_failed", radio_failure)
        ble.stay_off(_RADIO_PAUSE_MS)
    asyncio.run(run(clip, (UsbLink(clip.board.stdio(), clip.service), ble), ble))


async def run(clip, links, ble):
    """Runs everything until a link leaves for the prompt or something crashes; then what is held is stored."""
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
    await asyncio.sleep_ms(0)  # lets them end: the motor off, the terminal given back
    clip.log.close()


async def _serve(clip, link):
    await link.run()
    clip.stopped.set()


async def sample(clip):
    """Reads the sensor's FIFO again and again; a sensor that does not answer is tried anew.

    Nothing here holds the sampler while it waits: an update takes it away, and needs its room at once.
    """
    while True:
        clip.sampler.sample()
        if clip.sampler.behind:
            await asyncio.sleep_ms(0)
        elif clip.sampler.slow and await _may_sleep(clip):
            clip.board.light_sleep(clip.sampler.pause_ms)
            clip.slept.set()
        else:
            await asyncio.sleep_ms(clip.sampler.pause_ms)


async def _may_sleep(clip):
    """Nothing is under way that the chip's sleep would stop; what is held is stored first."""
    if clip.log.held:
        clip.store()
    await asyncio.sleep_ms(5)  # the others' turn
    return not (clip.radio_on or clip.haptic.playing or clip.button_busy or clip.log.held)


async def govern(clip, ble):
    """Once a second: what the battery is spent on."""
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
        # In safe mode the radio stays as it came up: switching it may be what crashed.
        linger_s = 0 if clip.crashes.safe else clip.settings.get("saver_after_s")
        if power.step(now, ble.secure, charging, percent, linger_s):
            clip.note("power", {"power": power.mode, "battery_pct": percent})
            if power.mode == NO_RADIO:
                clip.fault("battery_low", percent)
        clip.sampler.save(power.saving)
        clip.radio_on = power.radio(now, ble.connected)
        ble.switch(clip.radio_on)
        if clip.radio_on and percent != gauge:
            gauge = percent
            ble.set_battery_pct(min(percent, 100))
        await asyncio.sleep_ms(1000)


async def watch(clip):
    """Feeds the watchdog, as long as the coroutines get their turn.

    Once the clip has run well for a while crashes are forgotten; out of safe mode it then restarts.
    """
    watchdog = clip.watchdog = clip.board.watchdog(WATCHDOG_MS)
    well = False
    while True:
        watchdog.feed()
        await asyncio.sleep_ms(WATCHDOG_MS // 6)
        if clip.now_ms() >= CHECK_IN_MS and not clip.crashes.safe:
            clip.check_in()
        if not well and clip.now_ms() >= WELL_MS:
            well = True
            if clip.crashes.well():
                clip.request_restart()


async def minute(clip):
    """A `minute` record at the end of each minute of the clip's clock."""
    due = clip.now_ms() + _MINUTE_MS
    while True:
        await asyncio.sleep_ms(due - clip.now_ms())
        clip.sampler.end_minute()
        due += _MINUTE_MS


async def store(clip):
    """Stores what is noted: at once what is urgent or a host waits for, else what a second brought together."""
    while True:
        await clip.pending.wait()
        for _ in range(_STORE_WITHIN_MS // 100):
            if clip.urgent or clip.service.following:
                break
            await asyncio.sleep_ms(100)
        clip.store()


async def press(clip, button):
    """Watches the button: its pin's interrupt wakes this, which then looks closely while something happens.

    A sleep leaves the pad with the RTC and latches no edge, so after each the pin is set up again and its level read.
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


def _listen(clip, edge):
    """The button's pin, set up anew: its edges set the flag."""
    pin = clip.board.button_pin()
    pin.irq(lambda _pin: edge.set(), pin.IRQ_FALLING | pin.IRQ_RISING)
    return pin
