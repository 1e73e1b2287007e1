from .dust import BareLand, DustCheck, DustSite
from .machines import Machine, SmokeTest
from .sources import Source, VocMaterial

__all__ = ["BareLand", "DustCheck", "DustSite", "Machine", "SmokeTest", "Source", "VocMaterial"]
