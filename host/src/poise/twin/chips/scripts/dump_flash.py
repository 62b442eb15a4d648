# Runs in MicroPython: copies every file of a littlefs image to a folder of the machine.
# Arguments: image, destination folder. Reads only: a write to the image is refused.
import os
import sys
import vfs

BLOCK = 4096


class Image:
    """Block device over a file, read-only."""

    def __init__(self, path):
        self.file = open(path, "rb")  # noqa: SIM115 (open as long as the mount)
        self.blocks = os.stat(path)[6] // BLOCK

    def readblocks(self, block, buf, offset=0):
        self.file.seek(block * BLOCK + offset)
        self.file.readinto(buf)

    def writeblocks(self, block, buf, offset=0):
        raise OSError(30)  # EROFS

    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return BLOCK
        return 0


def copy(source, target):
    for name, kind, *_ in list(os.ilistdir(source)):
        here, there = source + "/" + name, target + "/" + name
        if kind == 0x4000:
            os.mkdir(there)
            copy(here, there)
            continue
        with open(here, "rb") as old, open(there, "wb") as new:
            while True:
                chunk = old.read(512)
                if not chunk:
                    break
                new.write(chunk)


vfs.mount(vfs.VfsLfs2(Image(sys.argv[1])), "/image")
copy("/image", sys.argv[2])
