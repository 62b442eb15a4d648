"""Discovery of GATT services with Bumble's client, as bleak's collection."""

from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.uuids import normalize_uuid_str
from bumble import core
from bumble.gatt_client import CharacteristicProxy, Client

ATT_WRITE_HEAD = 3  # opcode and handle


async def discover(client: Client) -> BleakGATTServiceCollection:
    """Return all services, characteristics and descriptors. Raises Bumble's errors."""
    collection = BleakGATTServiceCollection()
    for service in await client.discover_services():
        made = BleakGATTService(service, service.handle, _text(service.uuid))
        collection.add_service(made)
        for proxy in await client.discover_characteristics((), service):
            characteristic = BleakGATTCharacteristic(
                proxy,
                proxy.handle,
                _text(proxy.uuid),
                list(gatt_char_props_to_strs(int(proxy.properties))),
                lambda: client.mtu - ATT_WRITE_HEAD,
                made,
            )
            collection.add_characteristic(characteristic)
            await _descriptors(client, proxy, characteristic, collection)
    return collection


async def _descriptors(
    client: Client,
    proxy: CharacteristicProxy,
    characteristic: BleakGATTCharacteristic,
    collection: BleakGATTServiceCollection,
) -> None:
    for descriptor in await client.discover_descriptors(proxy):
        collection.add_descriptor(
            BleakGATTDescriptor(
                descriptor, descriptor.handle, _text(descriptor.type), characteristic
            )
        )


def _text(uuid: core.UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))
