"""Bumble's virtual controller with its faults mended: scan responses, interval units, cancel, reset, flow control."""

import asyncio
from typing import Any

from bumble import controller, hci, ll

from .link import AdvInd, RadioLink

ADVERTISING_UNIT_S = 0.000625  # Bluetooth Core, Vol 4, Part E, 7.8.5
ADVERTISING_JITTER_S = 0.010  # advDelay: Vol 6, Part B, 4.4.2.2.1
SUPERVISION_UNIT_S = 0.010  # Vol 4, Part E, 7.8.12
ACTIVE_SCANNING = 1
RSSI_DBM = -55
ADV_IND, ADV_SCAN_IND = 0, 2  # advertising types: Vol 4, Part E, 7.8.5
Report = hci.HCI_LE_Advertising_Report_Event


class Advertiser(controller.LegacyAdvertiser):
    """Legacy advertising with its scan response, interval in its true unit and random delay."""

    def accepts(self, address: hci.Address) -> bool:
        """True if it would take a connection request to this address."""
        connectable = self.advertising_type == ADV_IND
        return self.enabled and connectable and self.address == address

    def send_advertising_data(self) -> None:
        """Send one advertisement, as an active scanner's host sees it."""
        if not self.enabled:
            return
        scannable = self.advertising_type in (ADV_IND, ADV_SCAN_IND)
        self.controller.send_advertising_pdu(
            AdvInd(
                advertiser_address=self.address,
                data=bytes(self.advertising_data),
                scan_response=bytes(self.scan_response_data) if scannable else b"",
                connectable=self.advertising_type == ADV_IND,
            )
        )

    def _on_timer_fired(self) -> None:
        self.send_advertising_data()
        link: Any = self.controller.link
        wait_s = self.advertising_interval_min * ADVERTISING_UNIT_S
        wait_s += link.rng.uniform(0, ADVERTISING_JITTER_S)
        self.timer_handle = asyncio.get_running_loop().call_later(wait_s, self._on_timer_fired)


class RadioController(controller.Controller):
    """One end of the virtual radio. `writable`: cleared while its host does not read."""

    # Legacy advertising and 251-byte packets, as the ESP32's 4.2 radio has them.
    le_features = (
        controller.Controller.le_features
        & ~hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
        & ~hci.LeFeatureMask.LE_PERIODIC_ADVERTISING
    )
    le_acl_data_packet_length = 251
    supported_max_tx_octets = 251
    supported_max_rx_octets = 251

    def __init__(self, name: str, air: RadioLink, public_address: hci.Address) -> None:
        super().__init__(name, link=air, public_address=public_address)
        self.air = air
        self.le_legacy_advertiser = Advertiser(self)
        self.supervision_timeout_s = 0.72
        self.writable = asyncio.Event()
        self.writable.set()

    # --- commands

    def on_hci_reset_command(self, _command: hci.HCI_Reset_Command) -> Any:
        """Reset the controller. Bumble's resets nothing: links would outlive the host that made them."""
        self.air.drop(self)
        self.le_legacy_advertiser.stop()
        self.le_scan_enable = False
        self.pending_le_connection = None
        return super().on_hci_reset_command(_command)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """End the wait for a connection and report that to the host: Vol 4, Part E, 7.8.13."""
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        asyncio.get_running_loop().call_soon(self._report_cancelled, pending.peer_address)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def _report_cancelled(self, address: hci.Address) -> None:
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=address.address_type,
                peer_address=address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        """Send a packet; complete it when it has arrived. Bumble completes it at once, and nothing slows a sender
        down."""
        connection = self.find_connection_by_handle(packet.connection_handle)
        if connection is None:
            return
        connection.assembler.feed_packet(packet)
        done = hci.HCI_Number_Of_Completed_Packets_Event(
            connection_handles=[connection.handle], num_completed_packets=[1]
        )

        def completed() -> None:
            if self.find_connection_by_handle(
                done.connection_handles[0]
            ):  # else the link's end has reported it
                self.send_hci_packet(done)

        self.air.after(self, connection.peer_address, completed)

    # --- the air

    def create_le_connection(self, peer_address: hci.Address) -> None:
        """Connect only while the peer still takes connections: else only this side would have the connection."""
        if not self.pending_le_connection or self.le_connections.get(peer_address):
            return
        if self.air.is_down or not self.air.advertiser(peer_address):
            return
        super().create_le_connection(peer_address)

    def on_le_connect_ind(self, packet: ll.ConnectInd) -> None:
        """Take a connection from a central, and keep its time-out for the link's end."""
        advertiser: Any = self.le_legacy_advertiser
        if advertiser.accepts(packet.advertiser_address):
            self.supervision_timeout_s = packet.timeout * SUPERVISION_UNIT_S
            super().on_le_connect_ind(packet)

    def on_le_disconnected(self, connection: controller.Connection, reason: int) -> None:
        """End a connection, once, whichever end or fault came first."""
        if connection.peer_address in self.le_connections:
            super().on_le_disconnected(connection, reason)

    def on_advertising_pdu(self, pdu: Any) -> None:
        """Report advertisement and scan response each, with the response's own data."""
        if self.le_scan_enable:
            event = Report.EventType.ADV_IND
            if not pdu.connectable:
                event = Report.EventType.ADV_NONCONN_IND
            self._report(event, pdu.advertiser_address, pdu.data)
            if self.le_scan_type == ACTIVE_SCANNING and pdu.connectable:
                self._report(Report.EventType.SCAN_RSP, pdu.advertiser_address, pdu.scan_response)
        pending = self.pending_le_connection
        if pending and pending.peer_address == pdu.advertiser_address:
            self.create_le_connection(pdu.advertiser_address)

    def _report(self, event: int, address: hci.Address, data: bytes) -> None:
        rssi_dbm = RSSI_DBM + self.air.rng.randint(-4, 4)
        report = Report.Report(
            event_type=event,
            address_type=address.address_type,
            address=address,
            data=data,
            rssi=rssi_dbm,
        )
        self.send_hci_packet(Report([report]))
