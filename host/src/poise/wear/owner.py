"""Whose a clip is that connects: checked before anything is read from it or written to it."""

import asyncio
import secrets

from ..clip.client import ClipClient, Identity
from ..store import Store
from ..store.clips import Owner


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
