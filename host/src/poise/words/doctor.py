"""Texts of `poise doctor`: how each thing is, and what to do. A cure never sends the reader back to `poise doctor`."""

from ..language import wording

# --- this computer

PYTHON_OLD = "{version}: Poise needs 3.11 or newer"
PYTHON_CURE = "Install a newer Python, and Poise with it."
PROGRAM = "version {version}"
FOLDER_OPEN = "other users of this computer can read {folder}"
FOLDER_OPEN_CURE = "Run `{command}`."
SPACE_UNKNOWN = "not known: the data folder is missing"
SPACE_UNKNOWN_CURE = "First see to the data folder."
SPACE = "{free} MB free"
SPACE_CURE = "Make room on this disk for the log."
CLOCK = "set by the network"
CLOCK_UNKNOWN = "this system does not tell if the network sets it"
CLOCK_LOOSE = "the network does not set it, and the clip takes its time from it"
CLOCK_CURE = "Run `sudo timedatectl set-ntp true`."

# --- extras

EXTRA = "installed"
EXTRA_LACKS = "lacks {absent}"
EXTRA_UNKNOWN = "not known: this Poise was not installed by an installer"
EXTRA_UNKNOWN_CURE = "Install Poise from its folder or its wheel file, by pip, pipx or uv."

# --- Bluetooth

BLUETOOTH_BLUEZ = "works, by BlueZ {version}"
BLUETOOTH_OLD = "BlueZ {version} is too old: Poise needs {least}"
BLUETOOTH_OLD_CURE = "Update your system's package bluez."
BLUETOOTH_NO_BUS = "the system's D-Bus does not answer"
BLUETOOTH_NO_BUS_CURE = (
    "Bluetooth needs it: start it, or run Poise on the desktop and not in a container."
)
BLUETOOTH_ABSENT = "the system's Bluetooth service is not installed"
BLUETOOTH_ABSENT_CURE = "Install the package bluez: `sudo apt install bluez`."
BLUETOOTH_STOPPED = "the system's Bluetooth service does not run"
BLUETOOTH_STOPPED_CURE = "Run `sudo systemctl enable --now bluetooth`."
BLUETOOTH_NONE = "this computer has no Bluetooth adapter, or the system does not know its driver"
BLUETOOTH_NONE_CURE = "Plug in a USB adapter for Bluetooth 4.0 or newer."
BLUETOOTH_OFF = "the adapter is off"
BLUETOOTH_OFF_CURE = (
    "Switch Bluetooth on in your desktop's settings, or run `bluetoothctl power on`."
)
BLUETOOTH_BLOCKED = "the adapter is blocked"
BLUETOOTH_BLOCKED_CURE = "Run `rfkill unblock bluetooth`, or end the flight mode."
BLUETOOTH_SWITCH = "the adapter is switched off by a switch or key of this computer"
BLUETOOTH_SWITCH_CURE = "Find the key with the aerial or the plane, or the switch at its side."

# --- USB

USB_NONE = "no serial port of an ESP32 board is plugged in"
USB_NONE_CURE = "Only a cable needs it: take one that carries data, not only power."
USB_CLIP = "{port}: a clip"
USB_DENIED = "you may not open {port}"
USB_RULE_CURE = (
    "Run `poise install --udev | sudo tee {rule}`, then unplug the board and plug it in again."
)
USB_RULE_THERE_CURE = (
    "Unplug the board and plug it in again. Over SSH the rule gives no right: run "
    "`sudo usermod -aG {group} $USER`, then log in again."
)
USB_GROUP_CURE = "Join the group that owns it, then log in again."
USB_NO_PORT = "a board with a chip of {vendor} is plugged in, and has no serial port"
USB_NO_PORT_CURE = (
    "Run `sudo modprobe {module}`. Where the program brltty is installed, it takes such boards: "
    "`sudo apt remove brltty`, then plug it in again."
)

# --- the desktop

NOTIFICATIONS_BY = "work, shown by {name}"
NOTIFICATIONS_QUIET = "work, but do-not-disturb is on now"
NOTIFICATIONS_QUIET_CURE = "Switch it off, or reminders come as a buzz of the clip alone."
LOCK = "Poise sees when the screen is locked, and when nobody is there"
LOCK_ONLY = "Poise sees when the screen is locked"
LOCK_IDLE = "Poise sees when nobody is there, and not when the screen is locked"
LOCK_NONE = "this desktop does not tell when its screen is locked: a reminder may show unseen"
LOCK_CURE = "Lock the screen by `loginctl lock-session`, which tells Poise as well."

# --- the service

LOGIN_ELSEWHERE = "Poise starts at each login from {program}, which is not there any more"
LOGIN_ELSEWHERE_CURE = "Run `poise wear --install`, which writes it anew."
LOGIN_FAILED = "Poise starts at each login, and ended with status {status}"
LOGIN_FAILED_CURE = "Run `poise wear` to see why, mend that, then `poise wear --install`."
LOGIN_NO_SYSTEMD = "this session has no systemd of the user's, which starts Poise at each login"
LOGIN_NO_SYSTEMD_CURE = "Let your desktop's list of programs at login start `poise wear --service`."

# --- the data

STORE_SERVER = "whole; clips logged: {clips}; on a server, which makes the copies"
STORE = "whole; clips logged: {clips}"
COPIES_NONE = "none yet: the first is made once something is logged"
COPIES = "{count}; the newest is of {day}, and whole"
COPIES_OLD = "the newest is of {day}, and the store has changed since"
COPIES_MISSING = "none, and the store has been written"
COPIES_CURE = "Run `poise backup`."
COPIES_DAMAGED = "the newest copy is damaged: {file}"
COPIES_DAMAGED_CURE = "Delete that file, then run `poise backup`."
PLAN_UNREADABLE = "the plan in force can't be read"
PLAN_UNREADABLE_CURE = (
    "Ask your therapist for its file, and put it in force anew: `poise plan set FILE`."
)
PLAN_ENDED = "the plan in force has no exercise with a day to come"
PLAN_ENDED_CURE = (
    "Ask your therapist for the next plan, and put it in force: `poise plan set FILE`."
)

# --- the clip

START_POSITION = "taken, and fits"
START_POSITION_LOGGED = "taken on {day}, as the log tells"
START_POSITION_NONE = "none was taken"
START_POSITION_SHIFTED = "the clip sits otherwise than when it was taken"
START_POSITION_CURE = (
    "Put the clip on, then run `poise calibrate` or hold its button for three seconds."
)
START_POSITION_UNKNOWN = "not known: no clip answers, and none has logged"
START_POSITION_UNKNOWN_CURE = "First let this computer in at the clip: `poise pair`."

CLIP_ON_CABLE = "plugged in"
CLIP_FIRMWARE = "firmware {firmware}, as this Poise has it"
CLIP_FIRMWARE_OTHER = "firmware {firmware}, and this Poise has {ours}: they understand each other"
CLIP_FIRMWARE_CURE = "To make them the same, flash it: `poise flash firmware`, or by Bluetooth: docs/makers/updates.md."
CLIP_WELL = "no faults since its start; battery {battery}"
CLIP_WELL_BY_WEAR = "battery {battery}, as the running `poise wear` tells"
CLIP_CHARGE_UNKNOWN = "not known"
CLIP_SAFE_MODE = "in safe mode, after three crashes in a row"
CLIP_SAFE_MODE_CURE = (
    "`poise events --kind crash` says why; `poise flash firmware` puts the firmware on it anew."
)
CLIP_NO_SENSOR = "its sensor does not answer"
CLIP_NO_SENSOR_CURE = "Look at the sensor's four wires, then switch the clip off and on."
CLIP_BATTERY = "its battery is low: {pct} %"
CLIP_BATTERY_CURE = "Charge it."
CLIP_FAULTS = "faults since its start: {faults}"
CLIP_FAULTS_CURE = "`poise events --kind fault` lists them."
CLIP_CRASHES = "crashes in the last {days} days: {count}"
CLIP_CRASHES_CURE = "`poise events --kind crash` lists them: give the lines to who made your clip."
CLIP_NOT_ASKED = "not asked: no clip answers"
CLIP_NOT_ASKED_CURE = "Bring it near or plug it in, and press its button."

# --- all of them

FAILED = "this could not be looked at ({kind})"
FAILED_CURE = "This is a fault of Poise: tell its makers this line."
WRITTEN = "Written: {path}. It names no person, clip, folder or computer; look through it before you give it to others."

wording.translate(__name__)
