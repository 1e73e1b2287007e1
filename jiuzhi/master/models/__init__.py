from .device import Device
from .shared import Enterprise, Site, Village, WaterBody
from .station import Station

__all__ = ["Device", "Enterprise", "Site", "Station", "Village", "WaterBody"]
