from .flows import FlowExemption, FlowPoint, MineInflow, MineSample
from .outlets import Outlet
from .works import Plant, PlantMonth, Source, SourceRisk

__all__ = [
    "FlowExemption",
    "FlowPoint",
    "MineInflow",
    "MineSample",
    "Outlet",
    "Plant",
    "PlantMonth",
    "Source",
    "SourceRisk",
]
