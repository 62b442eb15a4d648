"""The virtual air: the clip's Bluetooth on Bumble's controllers."""
