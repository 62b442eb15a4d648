"""The files on the clip, in MicroPython's manifest language.

`poise` stages, compiles and flashes by this file, and `make -C ports/esp32 FROZEN_MANIFEST=...` can freeze it.
$(POISE_HOST) is the folder that holds `wire`.
"""

options.defaults(board="esp32")

# The twin runs the ESP32's board; what stands in boards/twin is the silicon below it.
ON_THE_TWIN = options.board == "twin"
SILICON = (
    "_boot.py",
    "_twin.py",
    "_tasks.py",
    "machine.py",
    "bluetooth.py",
    "esp32.py",
    "esp.py",
    "time.py",
    "select.py",
)
module("board.py", base_path="boards")
module("wiring.py", base_path="boards/" + ("esp32" if ON_THE_TWIN else options.board))
for name in SILICON if ON_THE_TWIN else ():
    module(name, base_path="boards/twin")

for name in (
    "main.py",
    "start.py",
    "slots.py",
):
    module(name)

package(
    "app",
    files=(
        "clip.py",
        "set_up.py",
        "requests.py",
        "start_records.py",
        "crashes.py",
        "status.py",
        "equip.py",
        "tasks.py",
        "sampler.py",
        "calibrating.py",
        "nudge_budget.py",
        "timetable.py",
        "timetable_file.py",
        "letters.py",
        "standby.py",
        "self_test.py",
    ),
)
package(
    "system",
    files=(
        "unload.py",
        "monotonic.py",
        "power.py",
        "rtc.py",
    ),
)
package("update", files=("installer.py", "trust.py", "ed25519.py"))
package("drivers")
package(
    "motion",
    files=(
        "layout.py",
        "design.py",
        "kernels.py",
        "bias.py",
        "attitude.py",
        "accelerometer.py",
        "poses.py",
        "retune.py",
        "calibration.py",
        "posture.py",
        "exposure.py",
        "nod.py",
        "worn.py",
        "rhythm.py",
        "periodic.py",
        "gait.py",
        "activity.py",
        "vectors.py",
        "nodaxis.py",
        "placement.py",
        "neutral_drift.py",
        "donning.py",
        "chain.py",
    ),
)
package(
    "storage",
    files=(
        "blob.py",
        "segments.py",
        "recovery.py",
        "logreader.py",
        "flashlog.py",
        "settings.py",
        "limits.py",
        "upright.py",
        "kept.py",
        "bonds.py",
        "wipe.py",
        "letters.py",
    ),
)
package(
    "link",
    files=(
        "cursor.py",
        "service.py",
        "baud.py",
        "usb.py",
        "ble.py",
        "gatt.py",
        "pairing.py",
        "currenttime.py",
    ),
)
package(
    "wire",
    base_path="$(POISE_HOST)",
    files=(
        "__init__.py",
        "errors.py",
        "table.py",
        "timetable.py",
        "codec.py",
        "framing.py",
        "uuids.py",
    ),
)
