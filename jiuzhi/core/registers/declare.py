"""The declaration of a register and the registry it fills."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.apps import apps
from django.db import models

from jiuzhi.core.models import Drawn, Placed, Record

from .columns import REF, Column, called_by, columns_of
from .lifecycle import Lifecycle

REGISTERS: dict[str, "Register"] = {}
_EXACT = ("lon", "lat", "shape", "place_given")  # what a blurred register shows to nobody else


@dataclass(frozen=True, kw_only=True, eq=False)
class Register:
    """A typed, permissioned, audited set of records.

    ``columns``: what the list shows first. ``public``: what everybody may read; without any the register is not public.
    ``sensitive``: what only those with "see_sensitive" read. ``holder``: path to the enterprise's unit, for whom "own" means
    records it holds. ``period``: the field that says which reporting period a record belongs to (a day, or "2026-10").
    ``blur_km``: others see the place only as a grid cell this wide. ``within``: the reference whose page lists these records.
    ``whole``: those of ``serves`` whose whole work is done here. ``lookup``: extra fields by which references find a record.
    ``public_states``: states, parted by blanks, in which a record is public; empty for all.
    """

    model: type[Record]
    about: str
    columns: Sequence[str]
    public: Sequence[str] = ()
    public_states: str = ""
    sensitive: Sequence[str] = ()
    lifecycle: Lifecycle | None = None
    holder: str = ""
    period: str = ""
    blur_km: int = 0
    within: str = ""
    serves: Sequence[str] = ()
    whole: Sequence[str] = ()
    lookup: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.code in REGISTERS:
            raise ValueError(f"register {self.code} is declared twice")
        named = (
            *self.columns,
            *self.public,
            *self.sensitive,
            *self.lookup,
            *filter(None, (self.period, self.within)),
        )
        if unknown := [n for n in named if n not in self.fields]:
            raise ValueError(f"{self.code} has no field {', '.join(unknown)}")
        if both := set(self.public) & set(self.sensitive):
            raise ValueError(f"{self.code}: {', '.join(both)} cannot be public and sensitive")
        if unknown := [s for s in self.public_states.split() if s not in self._states]:
            raise ValueError(f"{self.code}: no state {', '.join(unknown)} that could be public")
        if self.public_states and not self.public:
            raise ValueError(f"{self.code}: public states without a public field")
        if set(self.whole) - set(self.serves):
            raise ValueError(f"{self.code}: whole must be among serves")
        REGISTERS[self.code] = self

    @cached_property
    def code(self) -> str:
        """ "water.outlet": the domain and the model."""
        return f"{self.model._meta.app_label}.{self.model._meta.model_name}"

    @property
    def domain(self) -> str:
        return self.model._meta.app_label

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def key(self) -> tuple[str, ...]:
        return self.model.KEY

    @cached_property
    def fields(self) -> dict[str, Column]:
        """Every field in the order of the form."""
        hidden = (*self.sensitive, *(_EXACT if self.blur_km else ()))
        return dict(columns_of(self.model, hidden, tuple(self.public)))

    @cached_property
    def hides_place(self) -> bool:
        """Whether others than those with "see_sensitive" get no exact place: here, or where these records hang on; photos and
        files tell the place."""
        above = of(self.fields[self.within].target) if self.within else None  # type: ignore[arg-type]
        return bool(self.blur_km or (above and above.hides_place))

    @property
    def state_field(self) -> str:
        """The field that holds the state of a record."""
        return self.lifecycle.field if self.lifecycle else "state"

    @property
    def _states(self) -> Sequence[str]:
        return self.fields[self.state_field].choices if self.state_field in self.fields else ()

    @property
    def placed(self) -> bool:
        return issubclass(self.model, Placed)

    @property
    def drawn(self) -> str:
        """ "line" or "polygon" for records with a geometry, else ""."""
        return self.model.SHAPE if issubclass(self.model, Drawn) else ""

    def links(self, names: Iterable[str] | None = None) -> list[str]:
        """What to fetch along so that the references among ``names`` (all without it), the unit and the holder can be shown."""
        wanted = self.fields if names is None else names
        held = {p for n in {*wanted, "org"} if self.fields[n].kind == REF for p in called_by(self.model, n)}
        return sorted({*held, *filter(None, [self.holder])})

    @cached_property
    def form_fields(self) -> tuple[Column, ...]:
        """What a person fills in; the state of a lifecycle moves by steps, except on a new record."""
        return tuple(c for c in self.fields.values() if c.editable)

    @cached_property
    def children(self) -> tuple["Register", ...]:
        """Registers whose records hang on a record of this one."""
        return tuple(
            r for r in REGISTERS.values()
            if r.within and r.model._meta.get_field(r.within).related_model is self.model
        )  # fmt: skip

    def reported(self, record: models.Model) -> bool:
        """Whether a record has been reported: it is there, and no draft."""
        life = self.lifecycle
        return life is None or getattr(record, life.field) not in life.drafts

    def label(self, record: models.Model) -> str:
        """The key of a record as people write it."""
        return " ".join(self.fields[k].of(record) for k in self.key)

    def samples(self) -> Path:
        """Where the packaged sample rows stand (CSV with field names, UTF-8)."""
        return Path(apps.get_app_config(self.domain).path) / "samples" / f"{self.model._meta.model_name}.csv"


def get(code: str) -> Register:
    """Errors: ``KeyError`` for a code nobody declared."""
    return REGISTERS[code]


def of(model: type[models.Model]) -> Register | None:
    """The register of a model, or None for records that are no register."""
    return REGISTERS.get(f"{model._meta.app_label}.{model._meta.model_name}")
