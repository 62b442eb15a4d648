"""Words for the acts that the audit keeps."""

from ..language import N_, _

ACTS = {
    "added": N_("added the patient"),
    "named": N_("changed the pseudonym"),
    "archived": N_("archived the patient"),
    "brought_back": N_("brought the patient back"),
    "opened": N_("opened the patient's pages"),
    "plan_set": N_("put a plan in force"),
    "stop_ended": N_("ended a stop"),
    "clip_given": N_("handed the clip out"),
    "clip_returned": N_("took the clip back"),
    "clip_wiped": N_("wiped the clip"),
    "first_letter": N_("gave the clip its first letter"),
    "visit_done": N_("noted a visit"),
    "visit_undone": N_("took a noted visit out again"),
    "reported": N_("made a report"),
    "exported": N_("exported data"),
    "erased": N_("erased a patient"),
    "restored": N_("went back to a copy of the store"),
}


def act(name: str) -> str:
    """Return an act in words; its own name for one of a newer Poise."""
    return _(ACTS[name]) if name in ACTS else name
