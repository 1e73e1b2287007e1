"""What may become of a record: states, steps between them, who may take a step and what it needs. Declared data."""

from collections.abc import Sequence
from dataclasses import dataclass

ANY = "*"


@dataclass(frozen=True)
class Step:
    """One step. ``start``: states it leaves ("*" any other), ``end``: the state it reaches, ``roles``: who may (empty: who may
    change the record), ``needs``: fields that must be filled, ``evidence``: a file or photo must lie with the record,
    ``other_person``: not the one who took the step before.
    """

    name: str
    start: tuple[str, ...]
    end: str
    roles: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    evidence: bool = False
    other_person: bool = False

    def leaves(self, state: str) -> bool:
        return state in self.start or (ANY in self.start and state != self.end)


def _words(text: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(text.split()) if isinstance(text, str) else tuple(text)


def step(
    name: str, start: str | Sequence[str], end: str, *, roles: str | Sequence[str] = (), needs: str | Sequence[str] = (),
    evidence: bool = False, other_person: bool = False,
) -> Step:  # fmt: skip
    """A `Step`; words may be written parted by blanks."""
    return Step(name, _words(start), end, _words(roles), _words(needs), evidence, other_person)


@dataclass(frozen=True)
class Lifecycle:
    """States are the options of the model's ``field``. ``first``: states a new record may have, empty = any, because a
    county brings its existing list. ``drafts``: states in which it is not reported yet: it is late by the day it leaves them.
    ``closed``: states in which nothing more is due. ``expires``: a day field after which the
    record no longer holds; it turns up as due ``renew_days`` before.
    """

    steps: tuple[Step, ...] = ()
    field: str = "state"
    first: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    expires: str = ""
    renew_days: int = 0

    def from_state(self, state: str) -> list[Step]:
        """The steps that leave ``state``."""
        return [s for s in self.steps if s.leaves(state)]

    def named(self, name: str) -> Step:
        """Errors: ``KeyError`` for a step nobody declared."""
        found = next((s for s in self.steps if s.name == name), None)
        if found is None:
            raise KeyError(name)
        return found


def lifecycle(
    *steps: Step, field: str = "state", first: str | Sequence[str] = (), drafts: str | Sequence[str] = (),
    closed: str | Sequence[str] = (), expires: str = "", renew_days: int = 0,
) -> Lifecycle:  # fmt: skip
    """A `Lifecycle`; words may be written parted by blanks."""
    return Lifecycle(steps, field, _words(first), _words(drafts), _words(closed), expires, renew_days)
