"""Wrong passwords and tokens are counted, so that guessing is slow: one rule for every door."""

import hashlib

from django.core.cache import caches

TRIES = 5  # wrong answers to one question from one address before the door stays shut
WAIT = 10 * 60  # for so long [s]


class Door:
    """One thing somebody tries to open from one place: a login name, a token, from a network address."""

    def __init__(self, what: str, where: str) -> None:
        self._key = hashlib.sha256(f"{what.lower()}|{where}".encode()).hexdigest()

    @property
    def shut(self) -> bool:
        return caches["attempts"].get(self._key, 0) >= TRIES

    def wrong(self) -> None:
        attempts = caches["attempts"]
        attempts.set(self._key, attempts.get(self._key, 0) + 1, WAIT)

    def right(self) -> None:
        caches["attempts"].delete(self._key)
