"""GATT UUIDs: Bluetooth SIG's 16-bit numbers, and Poise's own 128-bit base.

Source: Bluetooth SIG, Assigned Numbers (services and characteristics).
"""

DEVICE_INFORMATION = 0x180A
MANUFACTURER_NAME = 0x2A29
MODEL_NUMBER = 0x2A24
FIRMWARE_REVISION = 0x2A26
BATTERY = 0x180F
BATTERY_LEVEL = 0x2A19
CURRENT_TIME = 0x1805
CURRENT_TIME_CHARACTERISTIC = 0x2A2B

POISE_SERVICE = "5e2a0001-9d3c-4f0b-8a6e-706f69736501"
EVENTS = "5e2a0002-9d3c-4f0b-8a6e-706f69736501"  # notify: log records as they are written
MOTION = "5e2a0003-9d3c-4f0b-8a6e-706f69736501"  # notify: motion frames
CONTROL = "5e2a0004-9d3c-4f0b-8a6e-706f69736501"  # write with response: requests; indicate: replies
LOG = "5e2a0005-9d3c-4f0b-8a6e-706f69736501"  # notify: log transfer
CLIP_ID = "5e2a0006-9d3c-4f0b-8a6e-706f69736501"  # read: 8 bytes, the same on every host and link

NAME_PREFIX = "Poise "  # advertised name: this and the last four hex digits of the clip id
