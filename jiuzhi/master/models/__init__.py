from .shared import Enterprise, Site, Village, WaterBody
from .station import Station

__all__ = ["Enterprise", "Site", "Station", "Village", "WaterBody"]
