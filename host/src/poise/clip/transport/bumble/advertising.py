"""Conversion of Bumble's advertisements to bleak's AdvertisementData."""

from itertools import pairwise

from bleak.backends.scanner import AdvertisementData
from bleak.uuids import normalize_uuid_str
from bumble import core
from bumble.device import Advertisement

AD = core.AdvertisingData
UUID_LISTS = (
    AD.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AD.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AD.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AD.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)
SERVICE_DATA = (AD.SERVICE_DATA_16_BIT_UUID, AD.SERVICE_DATA_128_BIT_UUID)
_NOTHING_KNOWN = AdvertisementData(
    local_name=None,
    manufacturer_data={},
    service_data={},
    service_uuids=[],
    tx_power=None,
    rssi=0,
    platform_data=(),
)


def merge(advertisement: Advertisement, before: AdvertisementData | None) -> AdvertisementData:
    """Return the device's data: this advertisement merged over the data known `before`."""
    old = before or _NOTHING_KNOWN
    structures = advertisement.data.ad_structures
    name, tx_power = old.local_name, old.tx_power
    uuids = list(old.service_uuids)
    makers, services = dict(old.manufacturer_data), dict(old.service_data)
    for kind, raw in structures:
        if kind in (AD.COMPLETE_LOCAL_NAME, AD.SHORTENED_LOCAL_NAME):
            name = raw.decode(errors="replace")
        elif kind in UUID_LISTS:
            uuids += [uuid for uuid in _uuids(kind, raw) if uuid not in uuids]
        elif kind == AD.MANUFACTURER_SPECIFIC_DATA and len(raw) >= 2:
            makers[int.from_bytes(raw[:2], "little")] = raw[2:]
        elif kind in SERVICE_DATA:
            size = 2 if kind == AD.SERVICE_DATA_16_BIT_UUID else 16
            services[_uuid(raw[:size])] = raw[size:]
        elif kind == AD.TX_POWER_LEVEL and len(raw) == 1:
            tx_power = int.from_bytes(raw, signed=True)
    return AdvertisementData(
        local_name=name,
        manufacturer_data=makers,
        service_data=services,
        service_uuids=uuids,
        tx_power=tx_power,
        rssi=advertisement.rssi,
        platform_data=(advertisement,),
    )


def _uuids(kind: int, raw: bytes) -> list[str]:
    size = 2 if kind in UUID_LISTS[:2] else 16
    return [_uuid(raw[at : at + size]) for at in range(0, len(raw) - size + 1, size)]


def _uuid(raw: bytes) -> str:
    return normalize_uuid_str(bytes(reversed(raw)).hex()) if len(raw) == 2 else _long(raw)


def _long(raw: bytes) -> str:
    digits = bytes(reversed(raw)).hex()
    cuts = (0, 8, 12, 16, 20, 32)
    return "-".join(digits[a:b] for a, b in pairwise(cuts))
