"""Texts of setting Poise up: the page's, and the findings that it shares with `poise doctor`."""

from ..language import wording

TITLE = "Set up Poise"
LEAD = "Six steps, about five minutes, with the clip in your hand. You can leave any of them and come back."
TALLY = "{done} of {all} done"

NAMES = {
    "find": "Find the clip",
    "pair": "Let this computer in",
    "upright": "Take your start position",
    "plan": "Bring in your plan",
    "remind": "Reminders on this computer",
    "buzz": "Try a buzz",
}
STATES = {
    "done": "done",
    "now": "now",
    "open": "still to do",
    "later": "left for later",
    "waits": "not yet",
}
# Of a step that is done; the plan's line is PLAN_DONE.
DONE = {
    "find": "Your clip is found.",
    "pair": "The clip knows this computer, and connects to it by itself.",
    "upright": "The clip has your start position.",
    "remind": "Poise starts when you log in, and is among your programs.",
    "buzz": "You felt the clip.",
}
LATER = "Do this later"
LATER_LABEL = "Do this later: {}"
TAKE_UP = "Do it now"
TAKE_UP_LABEL = "Do it now: {}"
AGAIN = "Do it again"

FIND_DO = "Press the clip's button once, so that it wakes, and keep it near this computer."
FIND_BUTTON = "Look for the clip"
FIND_AGAIN = "Look again"
FIND_BUSY = "Looking for your clip: this takes a few seconds."
FIND_FOUND = "Found: {}"
FIND_WHICH = (
    "More than one clip is near, the nearest one first. Which one is yours? "
    "If you can't tell, move the others away and look again."
)
FIND_MINE = "This one is mine"

PAIR_DO = (
    "Press the button below.",
    "Then hold the clip's own button for six seconds, until it buzzes a second time.",
    "If your computer asks whether it may pair or connect, say yes.",
)
PAIR_BUTTON = "Let this computer in"
PAIR_BUSY = (
    "Now hold the clip's button for six seconds, until it buzzes a second time. "
    "Poise tries for a minute and a half."
)
PAIR_FAILED = "The clip did not let this computer in."
PAIR_CURE = (
    "Press Let this computer in again, then hold the clip's button for the full six seconds. "
    "If your computer asked whether it may pair, say yes this time."
)

UPRIGHT_DO = (
    "Clip it on first, where you will wear it. It measures your tilt against this position. Take it again each time "
    "that you put the clip on: hold the clip's button for three seconds, or use the page Clip."
)
UPRIGHT_CONNECTING = "Poise is connecting to the clip. Keep it near."

PLAN_DO = (
    "Your therapist gives you a plan as a file. Its name ends in .toml. Drop it here, or choose it."
)
PLAN_CHOOSE = "Choose the plan's file"
PLAN_DROP = "Drop the file here"
PLAN_FROM = "From {therapist}, for {patient}:"
PLAN_USE = "Use this plan"
PLAN_NOT = "Choose another file"
PLAN_DONE = "Your plan is in force: plan {mark}, from {who}."
PLAN_TOO_LARGE = "This file is too large for a plan. Choose the one that your therapist gave you."
PLAN_FAULTY = "Poise can't use this file as a plan."
PLAN_FAULTY_CURE = (
    "If it is the file from your therapist, send them these lines. The plan in force stays."
)
PLAN_WITHOUT = (
    "Without a plan Poise shows your angle and keeps the diary, and reminds you of no exercise."
)

REMIND_DO = (
    "Poise has to run to remind you. This starts it each time that you log in, without a window, and adds Poise to "
    "your programs, so that you find this page again."
)
REMIND_BUTTON = "Start Poise when I log in"
REMIND_BUSY = "One moment: this computer is being told."
REMIND_WITHOUT = (
    "Until then Poise reminds you while it runs: until you log out, or shut the computer down."
)
REMIND_FAILED = "Poise can't be made to start at login here."
REMIND_TEST = "Show a test notification"
REMIND_TEST_SAID = (
    "A notification should be on your screen now. If it is not, look whether your computer's notifications are off or "
    "set to do not disturb."
)
REMIND_ANYWAY = (
    "Without notifications a reminder still comes as a buzz of the clip, "
    "and on the page Today while it is open."
)
REMIND_TEST_TITLE = "Poise"
REMIND_TEST_TEXT = "This is how a reminder looks. You need not answer it."

BUZZ_DO = "The clip buzzes a few times, so that you know how it feels. Wear it where you will wear it all day."
BUZZ_BUTTON = "Let it buzz"
BUZZ_ASK = "It buzzes now. Did you feel it?"
BUZZ_YES = "I felt it"
BUZZ_NO = "I felt nothing"
BUZZ_CURE = (
    "Put the clip closer to your skin, and charge it when its battery is low. Then try again. If you still feel "
    "nothing, its motor may be broken: tell who gave you the clip."
)

ALL_SET = "Poise is set up"
ALL_SET_DO = "The first reminder comes at the time of your plan. Before your first exercise, read when to stop."
ALL_SET_HELP = "When to stop, and whom to call"
TO_TODAY = "Go to Today"
LEAVE = "Leave it for now"
LEAVE_NOTE = (
    "Poise works without the steps that are left, but does less. "
    "A line at the top of each page brings you back."
)
TURNS_OVER = (
    "Poise starts anew, now as the one that runs at each login. Today opens in a few seconds."
)
TURNS_OVER_FAILED = (
    "Poise runs, but its page did not open by itself. "
    "Start Poise from your programs, or type poise in a terminal."
)
PLAN_LINK = "Bring in a plan from your therapist"
PAIR_LINK = "Let this computer in, step by step"
WAITING = "Setting up is not finished: {}."
WAITING_LINK = "Go on with it"
NO_RUNNER = "This page shows what is logged, and cannot reach the clip."
NO_RUNNER_DO = "Close it, and start Poise from your programs, or type poise in a terminal."

# --- findings: what is the matter, and what to do

FINDING_BLUETOOTH = "works"
FINDING_BLUETOOTH_WHERE = {
    "linux": "It is in your desktop's settings, under Bluetooth. A computer without Bluetooth needs a USB adapter.",
    "darwin": "It is in System Settings, under Bluetooth. Poise must be allowed under Privacy and Security, Bluetooth.",
    "win32": "It is in Settings, under Bluetooth and devices. A computer without Bluetooth needs a USB adapter.",
}
FINDING_CLIP_HEARD = "heard: {}"
FINDING_CLIP_CONNECTED = "connected to the running `poise wear`"
FINDING_CLIP_NONE = "no clip is heard"
FINDING_CLIP_CURE = (
    "Press its button once, bring it within a few metres, and charge it. Another computer or phone that holds it must "
    "let it go first."
)
FINDING_PLAN = "in force: {} of {}"
FINDING_PLAN_NONE = "none is in force"
FINDING_PLAN_CURE = (
    "Ask your therapist for its file, and drop it on the page that `poise` opens "
    "(or type `poise plan set FILE`)."
)
FINDING_LOGIN = "Poise starts at each login"
FINDING_LOGIN_RUNS = "Poise runs, and does not start at login"
FINDING_LOGIN_NONE = "Poise does not run, and does not start at login"
FINDING_LOGIN_STOPPED = "Poise starts at each login, and does not run now"
FINDING_LOGIN_CURE = "Turn it on in the page that `poise` opens (or type `poise wear --install`)."
FINDING_LOGIN_START = "Log out and in again, or start Poise from your programs."
FINDING_NOTIFICATIONS = "work"

wording.translate(__name__)
