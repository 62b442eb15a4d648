"""asyncio's Task and TaskQueue in virtual time.

The VM's built-in ones stamp tasks with the machine's clock, so that on the twin's clock they would never be due.
Importing this puts them in the built-in module's place; asyncio takes them from there.
"""

from micropython import const
import sys

from _twin import Ticks, spend

_PERIOD = const(0x40000000)
_HALF = const(0x20000000)


def _ticks():
    spend()
    return Ticks.ms


def _before(a, b) -> bool:
    return (a - b) & _HALF != 0  # a is earlier than b, also after a wrap


class TaskQueue:
    """Tasks in the order in which they are due; tasks due at the same time in the order of their arrival."""

    def __init__(self) -> None:
        self._tasks = []

    def peek(self):
        """Return the next task, or None."""
        return self._tasks[0] if self._tasks else None

    def push(self, task, key: "int | None" = None) -> None:
        """Add a task that is due at `key` (ticks in ms), or now."""
        task.data = None
        task.ph_key = _ticks() if key is None else key
        at = len(self._tasks)
        while at and _before(task.ph_key, self._tasks[at - 1].ph_key):
            at -= 1
        self._tasks.insert(at, task)

    def pop(self):
        """Remove and return the next task."""
        return self._tasks.pop(0)

    def remove(self, task) -> None:
        """Remove this task from the queue."""
        self._tasks.remove(task)


class Task:
    """A coroutine under way. `state`: True while it runs, a queue of the tasks that await it, False once it has
    ended."""

    def __init__(self, coro, globals=None) -> None:
        self.coro = coro
        self.data = None  # the object the task waits on; its result once the task has ended
        self.state = True
        self.ph_key = 0

    def __iter__(self):
        if not self.state:
            self.state = False  # the result has been retrieved
        elif self.state is True:
            self.state = TaskQueue()
        elif type(self.state) is not TaskQueue:
            raise RuntimeError("can't wait")
        return self

    def __next__(self) -> None:
        if not self.state:
            raise self.data
        current = _core().cur_task
        self.state.push(current)
        current.data = self

    def done(self) -> bool:
        """True if the task has ended."""
        return not self.state

    def cancel(self) -> bool:
        """Raise CancelledError in the task, or in the task that it awaits. Return False if it has ended."""
        core = _core()
        if not self.state:
            return False
        if self is core.cur_task:
            raise RuntimeError("can't cancel self")
        task = self
        while isinstance(task.data, Task):
            task = task.data
        if hasattr(task.data, "remove"):
            task.data.remove(task)
            core._task_queue.push(task)
        elif _before(_ticks(), task.ph_key):
            core._task_queue.remove(task)
            core._task_queue.push(task)
        task.data = core.CancelledError
        return True


def _core():
    return sys.modules["asyncio.core"]


class _Module:
    Task = Task
    TaskQueue = TaskQueue


sys.modules["_asyncio"] = _Module
