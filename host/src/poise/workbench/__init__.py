"""The developer's bench at the clip's MicroPython prompt: a shell, and recordings of the raw sensor."""
