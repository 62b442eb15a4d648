"""The boot loader in a chip's ROM, which takes a flash's content from esptool over the twin's USB."""
