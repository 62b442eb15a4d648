"""A plan's identity: the hash of its text. People, the store and the clip name a plan by its first seven digits."""

import hashlib

DIGITS = 7  # 28 bits: what the clip's setting `plan_version` holds with room to spare


def content_hash(text: str) -> str:
    """SHA-256 of the plan's text, hex. Any other text is another plan, whatever `version` it says."""
    return hashlib.sha256(text.encode()).hexdigest()


def mark(hash_hex: str) -> str:
    """The name of the plan with this hash, such as 3f9a1c2."""
    return hash_hex[:DIGITS]


def clip_number(hash_hex: str) -> int:
    """The same name as the clip keeps it."""
    return int(mark(hash_hex), 16)


def mark_of(number: int) -> str:
    """The name of the plan whose number a clip tells; "none" for a clip that was never given one."""
    return f"{number:0{DIGITS}x}" if number else "none"
