from .areas import Marker, ProtectedArea
from .forest import Subcompartment
from .mines import Mine, MineRestoration
from .species import Occurrence, Species

__all__ = ["Marker", "Mine", "MineRestoration", "Occurrence", "ProtectedArea", "Species", "Subcompartment"]
