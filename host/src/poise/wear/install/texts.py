"""Text of the files that define the user service on each platform. Pure: the command comes as an argument."""

import plistlib
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as Xml

LABEL = "org.poise.wear"  # launchd's name for the service
TASK_NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
RESTART_S = 30  # after a failure
# Exit statuses of `poise` after which a restart is no help: wrong usage, a broken store, a missing part.
FINAL_STATUSES = (2, 23, 24, 28)


def systemd_unit(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return a unit file for the user's systemd. The log goes to the journal, which limits its size."""
    lines = [
        "[Unit]",
        "Description=Poise: follows the clip, keeps its log, reminds",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "Type=exec",
        # In ExecStart a dollar sign begins a variable; in Environment it does not.
        "ExecStart=" + " ".join(_systemd_word(word).replace("$", "$$") for word in command),
        *(f"Environment={_systemd_word(f'{k}={v}')}" for k, v in sorted(environment.items())),
        "Restart=on-failure",
        f"RestartSec={RESTART_S}",
        "RestartPreventExitStatus=" + " ".join(str(status) for status in FINAL_STATUSES),
        "TimeoutStopSec=15",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "",
        "[Install]",
        "WantedBy=default.target",
    ]
    return "\n".join(lines) + "\n"


def _systemd_word(word: str) -> str:
    """Return the word in quotes, with systemd's specifiers (%) escaped."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{plain}"'


def launchd_plist(command: Sequence[str], environment: Mapping[str, str], trouble: str) -> str:
    """Return a LaunchAgent's property list.

    `trouble` is the file for standard error, which holds what the service writes before it opens its own log.
    """
    value = {
        "Label": LABEL,
        "ProgramArguments": list(command),
        "EnvironmentVariables": dict(sorted(environment.items())),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": RESTART_S,
        "ProcessType": "Adaptive",
        "Umask": 0o077,
        "StandardErrorPath": trouble,
    }
    if not environment:
        del value["EnvironmentVariables"]
    return plistlib.dumps(value, sort_keys=False).decode()


def task_xml(command: Sequence[str], user: str) -> str:
    """Return a task of the Windows Task Scheduler. It starts at the logon of `user`, with their rights."""
    Xml.register_namespace("", TASK_NAMESPACE)
    root = Xml.Element(_q("Task"), version="1.2")
    told = _child(root, "RegistrationInfo")
    _child(told, "Description", "Poise: follows the clip, keeps its log, reminds")
    logon = _child(_child(root, "Triggers"), "LogonTrigger")
    _child(logon, "Enabled", "true")
    _child(logon, "UserId", user)
    principal = _child(_child(root, "Principals"), "Principal", id="Author")
    _child(principal, "UserId", user)
    _child(principal, "LogonType", "InteractiveToken")
    _child(principal, "RunLevel", "LeastPrivilege")
    settings = _child(root, "Settings")
    for name, text in (
        ("MultipleInstancesPolicy", "IgnoreNew"),
        ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"),
        ("StartWhenAvailable", "true"),
        ("ExecutionTimeLimit", "PT0S"),  # no time limit
    ):
        _child(settings, name, text)
    again = _child(settings, "RestartOnFailure")
    _child(again, "Interval", "PT1M")  # the shortest interval that the scheduler accepts
    _child(again, "Count", "255")
    action = _child(_child(root, "Actions", Context="Author"), "Exec")
    _child(action, "Command", command[0])
    _child(action, "Arguments", " ".join(windows_word(word) for word in command[1:]))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-16"?>\n' + Xml.tostring(root, encoding="unicode")


def windows_word(word: str) -> str:
    """Return the word as a part of a Windows command line, in quotes where it needs them."""
    if word and not any(sign in word for sign in ' \t"'):
        return word
    quoted, backslashes = "", 0
    for sign in word:
        if sign == "\\":
            backslashes += 1
            continue
        quoted += "\\" * (2 * backslashes + 1 if sign == '"' else backslashes) + sign
        backslashes = 0
    return '"' + quoted + "\\" * (2 * backslashes) + '"'


def _q(name: str) -> str:
    return f"{{{TASK_NAMESPACE}}}{name}"


def _child(parent: Xml.Element, name: str, text: str = "", **attributes: str) -> Xml.Element:
    child = Xml.SubElement(parent, _q(name), attributes)
    child.text = text or None
    return child
