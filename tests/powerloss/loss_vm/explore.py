# Runs in MicroPython: a story on the real littlefs, the power failing in its flash operations, every invariant checked
# after the start that follows; then the same for cuts in that start.
#
# The story is run once and its operations kept. For each cut the image is what they had made of it by then: nothing
# that the firmware does after the power has failed could change it.
#
# Arguments, name=value: story (short or a seed), geometry, shapes (a number of them for each cut, or names), step (each
# n-th operation), from, second (0 or one in n cuts is followed by another), seed, seconds (of time at most).
import json
import sys
import time

import vfs
from clipstate import ROOT, ClipState
from invariants import Broken, check
from ledger import Ledger, unused
from ramflash import SHAPES, RamFlash, carry_out, cut_short
from rng import Rng
from story import GEOMETRIES, Player, random_story, short_story


class Explorer:
    """One geometry and the log's sizes. Counts cuts; `where` says which one is being looked at."""

    def __init__(self, geometry, sizes, rng):
        self.block_bytes, self.blocks, self.prog_bytes = GEOMETRIES[geometry]
        self.sizes = sizes
        self.rng = rng
        self.cuts = self.second_cuts = self.oldest_seq = 0
        self.where = ()

    def mount(self, memory, journal=None):
        """The device, mounted. Raises Broken."""
        flash = RamFlash(memory, self.block_bytes, journal)
        size = self.prog_bytes
        try:
            vfs.mount(vfs.VfsLfs2(flash, readsize=size, progsize=size, lookahead=32), ROOT)
        except OSError as error:
            raise Broken("the file system mounts", error) from None
        return flash

    def blank(self):
        memory = bytearray(b"\xff" * (self.blocks * self.block_bytes))
        size = self.prog_bytes
        flash = RamFlash(memory, self.block_bytes)
        vfs.VfsLfs2.mkfs(flash, readsize=size, progsize=size, lookahead=32)
        return memory

    def run(self, actions):
        """(image before, its operations, ledger) of a story without a cut."""
        before = self.blank()
        journal = []
        ledger = Ledger(self.mount(bytearray(before), journal))
        player = Player(self.sizes, ledger)
        player.play(actions)
        self.oldest_seq = player.state.log.oldest_seq
        vfs.umount(ROOT)
        return before, journal, ledger

    def start_again(self, memory, known, journal=None):
        """Power is back: the clip starts on this image. The ledger of that start."""
        flash = self.mount(memory, journal)
        ledger = Ledger(flash)
        state = ClipState(*self.sizes, ledger)
        check(state, known)
        state.close()
        vfs.umount(ROOT)
        return ledger

    def cut(self, memory, operation, shape, known, second):
        """The power fails in `operation`, on this image; then, if `second`, in the start after it as well."""
        self.cuts += 1
        image = bytearray(memory)
        cut_short(image, operation, shape, self.rng)
        if not second:
            self.start_again(image, known)
            return
        torn = bytearray(image)
        journal = []
        ledger = self.start_again(image, known, journal)
        self._second_cut(torn, journal, ledger, known)

    def _second_cut(self, memory, journal, ledger, known):
        if not journal:
            return
        at = self.rng.between(1, len(journal))
        shape = self.rng.pick(SHAPES)
        first, self.where = self.where, self.where + (at, shape)
        for operation in journal[: at - 1]:
            carry_out(memory, operation)
        cut_short(memory, journal[at - 1], shape, self.rng)
        self.second_cuts += 1
        # Records that were on flash, though `sync` had not returned, may have been read in that start.
        known = ledger.known_at(at, known)
        self.start_again(memory, known)
        self.where = first


def main(arguments):
    seed = int(arguments.get("seed", "1"))
    rng = Rng(seed)
    geometry = arguments.get("geometry") or rng.pick(sorted(GEOMETRIES))
    if arguments.get("story", "short") == "short":
        actions, sizes = short_story(), (1024, 4 * 1024)
    else:
        actions = random_story(rng)
        segment = rng.pick((600, 1024, 2048, 4096))
        sizes = (segment, segment * rng.between(2, 6))
    shapes = arguments.get("shapes", "nothing,half,noise").split(",")
    step = int(arguments.get("step", "1"))
    second = int(arguments.get("second", "0"))
    until = time.time() + float(arguments.get("seconds", "1000000"))
    if "sabotage" in arguments:
        import sabotage

        getattr(sabotage, arguments["sabotage"])()
    explorer = Explorer(geometry, sizes, rng)
    memory, journal, ledger = explorer.run(actions)
    try:
        _all_cuts(explorer, memory, journal, ledger, shapes, step, second, until)
    except Exception:
        sys.stderr.write("seed %d, %s, cut %r\n" % (seed, geometry, explorer.where))
        raise
    print(
        json.dumps(
            {
                "operations": len(journal),
                "erases": len([1 for _, _, data in journal if data is None]),
                "oldest_seq": explorer.oldest_seq,  # above 1: the log has wrapped
                "cuts": explorer.cuts,
                "second_cuts": explorer.second_cuts,
            }
        )
    )


def _all_cuts(explorer, memory, journal, ledger, shapes, step, second, until):
    rng = explorer.rng
    due = rng.between(1, step)
    for number, operation in enumerate(journal, 1):
        if number == due and time.time() < until:
            due += step if step == 1 else rng.between(1, 2 * step - 1)
            known = ledger.known_at(number, unused())
            for shape in shapes if shapes != ["one"] else [rng.pick(SHAPES)]:
                explorer.where = (number, shape)
                twice = second and rng.below(second) == 0
                explorer.cut(memory, operation, shape, known, twice)
        carry_out(memory, operation)


if __name__ == "__main__":
    main(dict([argument.split("=") for argument in sys.argv[1:]]))
