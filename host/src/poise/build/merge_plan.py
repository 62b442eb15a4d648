"""Plan of the merge: the groups of modules that become one, and the new names of their contents."""

import ast
import fnmatch
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Head -> modules (`*`: any) that are loaded and unloaded with it: the sensor's side is unloaded for an update.
GROUPS = {
    "board": ("wiring",),
    "app.clip": (
        *(
            "system.unload",
            "app.crashes",
            "system.monotonic",
            "system.power",
            "wire.errors",
            "wire.table",
            "wire.codec",
        ),
        *("storage.blob", "storage.segments", "storage.logreader", "storage.flashlog"),
        *(
            "storage.kept",
            "storage.upright",
            "storage.settings",
            "storage.bonds",
            "link.cursor",
            "link.service",
        ),
    ),
    "app.sampler": (
        *("app.calibrating", "drivers.health", "drivers.imu", "motion.posture", "motion.attitude"),
        *("motion.bias", "motion.kernels", "motion.chain", "motion.activity", "motion.rhythm"),
        *("motion.periodic", "motion.gait", "motion.accelerometer"),
        *(
            "motion.donning",
            "motion.placement",
            "motion.nodaxis",
            "motion.neutral_drift",
            "motion.exposure",
        ),
        *("motion.nod", "motion.worn", "motion.vectors"),
    ),
    "drivers.self_test": ("drivers.*_self_test",),
    "app.start_records": ("system.rtc",),
    "link.gatt": ("wire.uuids",),
    "app.letters": ("storage.letters",),
    "app.timetable": ("app.timetable_file", "wire.timetable"),
    "app.tasks": (
        *("drivers.battery", "drivers.button", "drivers.haptic"),
        *("wire.framing", "link.pairing", "link.ble", "link.usb"),
    ),
}
# Heads whose names others read from an object: members of theirs keep their own names.
_READ_BY_NAME = ("board",)


@dataclass
class Target:
    """The meaning of an imported name: a module of the firmware, or a name in one."""

    module: str
    name: str = ""


@dataclass
class Plan:
    """The home of every module, and the names of its contents there."""

    trees: dict[str, ast.Module]
    groups: dict[str, tuple[str, ...]]
    home: dict[str, str] = field(default_factory=dict)  # module -> the one that it is merged into
    bound: dict[str, set[str]] = field(
        default_factory=dict
    )  # module -> names that it defines at its top
    shared: set[tuple[str, str]] = field(
        default_factory=set
    )  # home, methods that several classes have

    def __post_init__(self) -> None:
        self.groups = {
            head: tuple(name for member in members for name in fnmatch.filter(self.trees, member))
            for head, members in self.groups.items()
            if head in self.trees
        }
        self.home = {name: name for name in self.trees}
        for head, members in self.groups.items():
            self.home.update(dict.fromkeys(members, head))
        self.bound = {name: defined(tree) for name, tree in self.trees.items()}
        for head in _READ_BY_NAME:
            for member in self.groups.get(head, ()):
                if twice := self.bound[head] & self.bound[member]:
                    raise ValueError(f"{head} and {member} both define {', '.join(sorted(twice))}")
        counts = Counter(
            (self.home[module], method.name)
            for module, tree in self.trees.items()
            for _, method in methods(tree)
        )
        self.shared = {place for place, count in counts.items() if count > 1}

    def merged(self, module: str) -> bool:
        """True if the module is merged into another."""
        return self.home.get(module, module) != module

    def called(self, module: str, name: str) -> str:
        """Return the name that a module's `name` has in its home."""
        if not self.merged(module) or self.home[module] in _READ_BY_NAME:
            return name
        if _is_exception(self.trees[module], name):
            return name
        return f"{module.rpartition('.')[2]}__{name}"  # no local variable has such a name

    def method_called(self, module: str, class_name: str, name: str) -> str:
        """Return the method's name in tracebacks; it contains the class if several in the home have such a method."""
        home = self.home[module]
        if home not in self.groups or (home, name) not in self.shared:
            return name
        return f"{module.rpartition('.')[2]}__{class_name}__{name.strip('_')}"


def methods(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield (class name, method) of all classes at the module's top."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, FUNCTIONS):
                    yield node.name, part


def defined(tree: ast.Module) -> set[str]:
    """Return the names that a module defines at its top, without imports."""
    found = set()
    for node in tree.body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            found.add(node.name)
        elif not isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {
                part.id
                for part in ast.walk(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            }
    return found


def _is_exception(tree: ast.Module, name: str) -> bool:
    """True if the name is an exception class, whose name appears in tracebacks."""
    return any(
        isinstance(node, ast.ClassDef)
        and node.name == name
        and any(
            isinstance(base, ast.Name) and base.id.endswith(("Error", "Exception"))
            for base in node.bases
        )
        for node in tree.body
    )


def imports(tree: ast.AST, module: str) -> Iterator[tuple[ast.ImportFrom, str]]:
    """Yield each `from` import with the dotted name of the module it imports from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            parent = module.rpartition(".")[0]
            yield node, ".".join(filter(None, (parent if node.level else "", node.module or "")))


def targets(plan: Plan, node: ast.ImportFrom, origin: str) -> dict[str, Target]:
    """Return local name -> target, for the imported names that come from modules of the firmware."""
    found = {}
    for alias in node.names:
        dotted = f"{origin}.{alias.name}"
        if dotted in plan.trees:
            found[alias.asname or alias.name] = Target(dotted)
        elif origin in plan.trees:
            found[alias.asname or alias.name] = Target(origin, alias.name)
    return found


def uses_merged(plan: Plan, module: str) -> bool:
    """True if the module imports anything from a merged module."""
    return any(
        plan.merged(target.module)
        for node, origin in imports(plan.trees[module], module)
        for target in targets(plan, node, origin).values()
    )
