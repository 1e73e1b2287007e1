from .burning import BanZone, BurnPoint
from .dust import BareLand, DustCheck, DustSite
from .machines import Machine, SmokeTest
from .sources import Source, VocMaterial

__all__ = [
    "BanZone", "BareLand", "BurnPoint", "DustCheck", "DustSite", "Machine", "SmokeTest", "Source", "VocMaterial",
]  # fmt: skip
