"""Typed fields of registers, one line each. A field knows its unit and its words; forms, Excel, API and documentation read them here.

Migrations see only what the database needs: a changed title, help text or code list makes no migration.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

_WORDS = ("verbose_name", "help_text", "choices", "validators")


class Said:
    """What every field of a register shares: a title, help in words, whether it must be filled."""

    unit = ""
    required = False

    def _words(self, title: str, help: str, required: bool, options: dict[str, Any]) -> dict[str, Any]:
        self.required = required
        return {"verbose_name": title, "help_text": help, "blank": not required} | options

    @property
    def _plain(self) -> Any:
        return next(c for c in type(self).__mro__ if c.__module__.startswith("django."))

    def deconstruct(self) -> Any:
        """Path of Django's own field, without words: a migration does not depend on this module or on a title."""
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        for word in _WORDS:
            kwargs.pop(word, None)
        return name, f"django.db.models.{self._plain.__name__}", args, kwargs

    def clone(self) -> Any:
        """The same as a migration sees it."""
        _name, _path, args, kwargs = self.deconstruct()
        return self._plain(*args, **kwargs)


class Text(Said, models.CharField):
    """A short text. ``pattern``: a regular expression and the sentence said when the text does not fit it."""

    def __init__(
        self, title: str = "", length: int = 80, *, required: bool = False, help: str = "",
        pattern: tuple[str, str] | None = None, **options: Any,
    ) -> None:  # fmt: skip
        self.pattern = pattern
        super().__init__(max_length=length, **self._words(title, help, required, options))

    def clean(self, value: Any, instance: Any) -> Any:
        import re

        text = super().clean(value, instance)
        if text and self.pattern and not re.fullmatch(self.pattern[0], text, re.ASCII):
            raise ValidationError(self.pattern[1])
        return text


class Long(Said, models.TextField):
    """A longer text, several lines."""

    def __init__(self, title: str = "", *, required: bool = False, help: str = "", **options: Any) -> None:
        super().__init__(**self._words(title, help, required, options))


class Choice(Said, models.CharField):
    """One word of a code list; the Chinese word itself is stored. ``options``: the words, parted by blanks, or a sequence."""

    def __init__(
        self, title: str = "", options: str | Sequence[str] = "", *, required: bool = False, help: str = "", **more: Any
    ) -> None:  # fmt: skip
        self.words = tuple(options.split()) if isinstance(options, str) else tuple(options)
        more.setdefault("max_length", 40)
        super().__init__(
            **self._words(title, help, required, {"choices": [(w, w) for w in self.words]} | more)
        )


class Several(Said, models.CharField):
    """Some words of a code list, stored joined by 、 in the order of the list."""

    def __init__(
        self, title: str = "", options: str | Sequence[str] = "", *, required: bool = False, help: str = "", **more: Any
    ) -> None:  # fmt: skip
        self.words = tuple(options.split()) if isinstance(options, str) else tuple(options)
        more.setdefault("max_length", 200)
        super().__init__(**self._words(title, help, required, more))

    def clean(self, value: Any, instance: Any) -> Any:
        import re

        chosen = [w for w in re.split(r"[、,，;；\s]+", str(value or "")) if w]
        if unknown := [w for w in chosen if w not in self.words]:
            raise ValidationError(f"“{'、'.join(unknown)}”不在代码表中：请从 {'、'.join(self.words)} 中选")
        return super().clean("、".join(w for w in self.words if w in chosen), instance)


class Quantity(Said, models.DecimalField):
    """An exact number with its unit. ``digits``: decimal places kept; ``low``/``high``: what the quantity cannot pass."""

    def __init__(
        self, title: str = "", unit: str = "", *, digits: int = 3, low: float | None = 0, high: float | None = None,
        required: bool = False, help: str = "", **options: Any,
    ) -> None:  # fmt: skip
        self.unit, self.low, self.high = unit, low, high
        options.setdefault("max_digits", 18)
        options.setdefault("decimal_places", digits)
        options["null"] = not required
        options["validators"] = _bounds(low, high)
        super().__init__(**self._words(title, help, required, options))


class Whole(Said, models.IntegerField):
    """A whole number with its unit."""

    def __init__(
        self, title: str = "", unit: str = "", *, low: int | None = 0, high: int | None = 2_000_000_000,
        required: bool = False, help: str = "", **options: Any,
    ) -> None:  # fmt: skip
        self.unit, self.low, self.high = unit, low, high
        options["null"] = not required
        options["validators"] = _bounds(low, high)
        super().__init__(**self._words(title, help, required, options))


class Day(Said, models.DateField):
    """A local day."""

    def __init__(self, title: str = "", *, required: bool = False, help: str = "", **options: Any) -> None:
        options["null"] = not required
        super().__init__(**self._words(title, help, required, options))


class Yes(Said, models.BooleanField):
    """是, 否, or not known (empty)."""

    def __init__(self, title: str = "", *, required: bool = False, help: str = "", **options: Any) -> None:
        options["null"] = not required
        super().__init__(**self._words(title, help, required, options))


class Ref(Said, models.ForeignKey):
    """Another record: of `core`, `master` or the same domain."""

    def __init__(
        self, to: Any = None, title: str = "", *, required: bool = False, help: str = "", **options: Any
    ) -> None:
        options.setdefault("on_delete", models.PROTECT)
        options["null"] = not required
        super().__init__(to, **self._words(title, help, required, options))


def _bounds(low: float | None, high: float | None) -> list[Any]:
    found: list[Any] = []
    if low is not None:
        found.append(MinValueValidator(Decimal(str(low)), f"不能小于 {low}"))
    if high is not None:
        found.append(MaxValueValidator(Decimal(str(high)), f"不能大于 {high}"))
    return found
