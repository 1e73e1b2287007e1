from .farm import FarmMeasure, FarmPlot, FarmSample
from .land import LandPlot, LandPollutant
from .units import KeyUnit, UnitDuty

__all__ = ["FarmMeasure", "FarmPlot", "FarmSample", "KeyUnit", "LandPlot", "LandPollutant", "UnitDuty"]
