"""The enclosure as code: sizes, fits, printable parts and pictures of the collar clip and the headband mount."""
