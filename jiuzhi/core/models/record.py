"""The base of every register's model: whose it is, where it is, whether it is simulated."""

from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.base import ModelBase

from jiuzhi.core import geo
from jiuzhi.core.fields import Choice, Long, Quantity, Ref, Text, Yes

from .orgs import Org


class RecordBase(ModelBase):
    """``class Outlet(Placed, title="入河排污口", key=["code"])``: the key is unique within a county, by a constraint."""

    def __new__(
        mcs: Any, name: str, bases: Any, attrs: dict[str, Any], title: str = "", key: tuple[str, ...] | list[str] = (), **more: Any
    ) -> Any:  # fmt: skip
        meta = attrs.get("Meta")
        if title:
            said = "、".join(str(getattr(attrs.get(k), "verbose_name", k)) for k in key)
            words = {"verbose_name": title, "verbose_name_plural": title, "ordering": ["county_id", *key]}
            words["constraints"] = [
                *getattr(meta, "constraints", ()),
                models.UniqueConstraint(
                    fields=["county", *key],
                    name=f"%(app_label)s_{name.lower()}_key",
                    violation_error_message=f"本区县已有{said}相同的{title}",
                ),
            ]
            attrs["Meta"] = type("Meta", (meta,) if meta else (), words)
            attrs["KEY"] = tuple(key)
        return super().__new__(mcs, name, bases, attrs, **more)


class Record(models.Model, metaclass=RecordBase):
    """A record of a register. ``county`` follows from ``org``; ``revision`` grows with every change, so that two people who
    edit at once do not overwrite each other unseen."""

    KEY: ClassVar[tuple[str, ...]] = ()

    org: Any = Ref(
        Org,
        "责任单位",
        required=True,
        related_name="+",
        help="负责这条记录的部门、乡镇或村；决定谁能看、谁能改",
    )
    county = models.ForeignKey(
        Org, models.PROTECT, related_name="+", editable=False, verbose_name="区县", blank=True
    )
    note = Long("备注")
    synthetic = Yes("模拟数据", required=True, default=False, help="演示用的模拟记录填是；真实记录填否")
    revision = models.PositiveIntegerField("版本", default=0, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """What people call the record: its name where it has one, else its key."""
        name = getattr(self, "name", "")
        return str(name or " ".join(str(getattr(self, k)) for k in self.KEY))

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Any:
        """A stored record's county already follows from its unit: nothing is asked for it again."""
        found = super().from_db(*args, **kwargs)
        found._county_of = found.__dict__.get("org_id")
        return found

    def prepare(self) -> None:
        """Fill in what follows from other fields, before the record is checked. Errors: ``ValidationError``."""
        if self.org_id and self.org_id != getattr(self, "_county_of", None):
            county = county_of(self.org)
            if county is None:
                raise ValidationError({"org": "责任单位要在某个区县之内：请选县、乡镇或部门"})
            self.county, self._county_of = county, self.org_id

    def faults(self) -> dict[str, str]:
        """Rules across fields, as field → sentence; a register's model adds its own."""
        return {}


def county_of(org: Org) -> Org | None:
    """The county a unit belongs to, itself included; None above the counties."""
    code = org.county_code
    if org.code == code:
        return org
    return Org.objects.filter(code=code).first() if code else None


class Placed(Record):
    """A record at a point, kept in CGCS2000."""

    SHAPE: ClassVar[str] = "point"

    lon: Any = Quantity("经度", "°", digits=6, low=None, help="十进制度，如 108.664900")
    lat: Any = Quantity("纬度", "°", digits=6, low=None, help="十进制度，如 31.947500")
    crs: Any = Choice(
        "坐标系", geo.SYSTEMS, default="CGCS2000",
        help="填写时用的坐标系；保存时换算为 CGCS2000。高德、腾讯地图取的点选 GCJ-02",
    )  # fmt: skip
    place_given: Any = Text("填写的坐标", 120, editable=False, help="换算前的原值")

    class Meta:
        abstract = True

    def prepare(self) -> None:
        super().prepare()
        self.crs = self.crs or "CGCS2000"
        if (self.lon is None) != (self.lat is None):
            raise ValidationError({"lat" if self.lat is None else "lon": "经度、纬度要一起填，或都不填"})
        if self.lon is None:
            return
        try:
            placed = geo.point(Decimal(self.lon), Decimal(self.lat), self.crs)
        except geo.PlaceError as error:
            raise ValidationError({"lon": str(error)}) from error
        if self.crs != "CGCS2000":
            self.place_given = f"{self.lon},{self.lat} {self.crs}"
        (self.lon, self.lat), self.crs = placed, "CGCS2000"


class Drawn(Placed):
    """A record with a line or an area; the point is where its mark stands. Subclasses set ``SHAPE``."""

    SHAPE: ClassVar[str] = "polygon"

    shape: Any = Long("图形", help="WKT 或 GeoJSON；坐标系同“坐标系”一栏")
    shape_m: Any = Quantity("图形长度", "m", digits=1, editable=False)
    shape_m2: Any = Quantity("图形面积", "m2", digits=1, editable=False)

    class Meta:
        abstract = True

    def prepare(self) -> None:
        if self.shape:
            self._draw()
        else:
            self.shape_m = self.shape_m2 = None
        super().prepare()

    def _draw(self) -> None:
        try:
            found = geo.shape_of(self.shape, self.SHAPE, self.crs or "CGCS2000")
        except geo.PlaceError as error:
            raise ValidationError({"shape": str(error)}) from error
        if self.crs == "GCJ-02":
            self.place_given, self.crs = "图形 GCJ-02", "CGCS2000"
            self.lon = self.lat = None
        self.shape = geo.wkt(found)
        line = self.SHAPE == "line"
        self.shape_m = Decimal(f"{geo.length(found):.1f}") if line else None
        self.shape_m2 = None if line else Decimal(f"{geo.area(found):.1f}")
        if self.lon is None:
            self.lon, self.lat = geo.middle(found)
