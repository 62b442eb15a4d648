"""The firmware's build: from the sources to the files on a clip."""
