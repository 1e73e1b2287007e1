"""Where something is measured."""

from typing import ClassVar

from django.db import models

from jiuzhi.core.models import Org


class Station(models.Model):
    """A place where something is measured: an air station, a river section, a waste water outlet, a rain gauge."""

    KEY: ClassVar = ("code",)

    class Kind(models.TextChoices):
        AIR = "air", "环境空气站"
        RIVER = "river", "河流断面"
        LAKE = "lake", "湖库点位"
        OUTLET = "outlet", "废水排口"
        STACK = "stack", "废气排口"
        HYDROLOGY = "hydrology", "水文站"
        WEATHER = "weather", "气象站"
        NOISE = "noise", "噪声点"
        RADIATION = "radiation", "辐射点"

    WATER: ClassVar = ("river", "lake")  # assessed by class (GB 3838)

    class Level(models.TextChoices):
        NATIONAL = "national", "国控"
        CITY = "city", "市控"
        COUNTY = "county", "县控"
        ENTERPRISE = "firm", "企业自测"

    code = models.CharField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    level = models.CharField("级别", max_length=8, choices=Level)
    county = models.ForeignKey(Org, models.PROTECT, related_name="stations", verbose_name="所在区县")
    water_body = models.CharField("水体", max_length=60, blank=True)
    target_class = models.CharField("考核类别", max_length=4, blank=True)  # Ⅰ Ⅱ Ⅲ Ⅳ Ⅴ
    evaluated = models.BooleanField("参与评价", default=True)
    lon = models.DecimalField("经度 [° CGCS2000]", max_digits=9, decimal_places=6, null=True, blank=True)
    lat = models.DecimalField("纬度 [° CGCS2000]", max_digits=9, decimal_places=6, null=True, blank=True)
    synthetic = models.BooleanField("模拟", default=False)

    class Meta:
        ordering: ClassVar = ["county_id", "kind", "level", "code"]
        verbose_name = verbose_name_plural = "监测点位"

    def __str__(self) -> str:
        return f"{self.water_body} {self.name}".strip()
