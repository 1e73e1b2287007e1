from .cells import Cell
from .medical import MedicalMonth, MedicalPoint
from .producers import GeneralWasteMonth, Producer, ProducerWaste

__all__ = ["Cell", "GeneralWasteMonth", "MedicalMonth", "MedicalPoint", "Producer", "ProducerWaste"]
