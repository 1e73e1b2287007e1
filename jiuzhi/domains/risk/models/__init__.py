from .enterprises import EnterpriseRisk, RiskSubstance
from .geohazards import Geohazard, GeohazardCard
from .radiation import RadiationSource, RadiationUnit, RayDevice
from .supplies import Depot, Supply

__all__ = [
    "Depot",
    "EnterpriseRisk",
    "Geohazard",
    "GeohazardCard",
    "RadiationSource",
    "RadiationUnit",
    "RayDevice",
    "RiskSubstance",
    "Supply",
]
