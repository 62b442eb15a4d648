"""The files that make a user service, as text. Pure: what is started comes as arguments."""

import plistlib
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as Xml

LABEL = "org.poise.wear"  # launchd's name for it
TASK_NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
RESTART_S = 30  # after a failure
# Exit statuses of `poise` that another start does not mend: wrong usage, a broken store, a part that is missing.
FINAL_STATUSES = (2, 23, 24, 28)


def systemd_unit(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """A unit of the user's systemd. Its log goes to the journal, which keeps it within its bounds."""
    lines = [
        "[Unit]",
        "Description=Poise: follows the clip, keeps its log, reminds",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "Type=exec",
        # A dollar is a variable here, though not in Environment.
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
    """Quoted: systemd's specifiers (%) mean themselves."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{plain}"'


def launchd_plist(command: Sequence[str], environment: Mapping[str, str], trouble: str) -> str:
    """A LaunchAgent. `trouble`: a file for what is written before the log, which rotates by itself, is open."""
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
    """A task of Windows' scheduler: at this user's logon, in their session, with their rights."""
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
        ("ExecutionTimeLimit", "PT0S"),  # without end
    ):
        _child(settings, name, text)
    again = _child(settings, "RestartOnFailure")
    _child(again, "Interval", "PT1M")  # the least that it takes
    _child(again, "Count", "255")
    action = _child(_child(root, "Actions", Context="Author"), "Exec")
    _child(action, "Command", command[0])
    _child(action, "Arguments", " ".join(_windows_word(word) for word in command[1:]))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-16"?>\n' + Xml.tostring(root, encoding="unicode")


def _windows_word(word: str) -> str:
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
