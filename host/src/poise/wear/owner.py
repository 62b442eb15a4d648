"""Whose a clip is that connects: checked before anything is read from it or written to it."""

import asyncio
import secrets

from ..clip.client import ClipClient, Identity
from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store
from ..store.clips import Owner, on_clip


async def settle_owner(store: Store, client: ClipClient, identity: Identity) -> None:
    """Check that the clip is the store's patient's, and tell it so where it has been handed out anew.

    Raises PoiseError OTHER_PATIENT that says what to do, or as a request does.
    """
    says = Owner(identity.assignment, identity.patient)
    now_utc_ms = client.clock.utc_ms()
    # In a thread, because a locked database blocks its caller for seconds.
    owner = await asyncio.to_thread(store.clips.meet, identity.clip_id, says, now_utc_ms)
    if owner is not None:
        await client.request("owner_set", assignment=owner.assignment, patient=owner.patient)
        await asyncio.to_thread(store.clips.told, identity.clip_id, owner)


def new_assignment() -> int:
    """Return a number for a hand-out that no other has, here or elsewhere."""
    return secrets.randbelow(2**32 - 1) + 1


def refuse_anothers(identity: Identity, pseudonym: str = "") -> None:
    """Raise PoiseError OTHER_PATIENT if the clip says that it is with somebody else than the patient `pseudonym`."""
    if not identity.assignment and not identity.patient:
        return
    if pseudonym and identity.patient.casefold() == on_clip(pseudonym).casefold():
        return
    raise PoiseError(
        Reason.OTHER_PATIENT,
        _("clip {clip} says that it is with {other}").format(
            clip=identity.clip_id, other=identity.patient or _("somebody")
        ),
        _("Take it back first: `poise clip return` brings its log in and wipes it."),
    )
