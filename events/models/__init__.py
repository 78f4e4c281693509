"""The tables of events: the facts, whose they are, where they lie, and what is derived from them."""

from events.models.declared import DeclaredEvent
from events.models.derived import DailyCount, FillMark, FirstSeen, PersonDay, PersonFacts
from events.models.erasure import Erasure
from events.models.event import Event, TransactionId
from events.models.intake import IntakeCount, Receipt
from events.models.lake import LakeDay, LakeFile, LakeServer, Seal
from events.models.visitors import ExternalUnit, VisitorLink

__all__ = [
    "DailyCount",
    "DeclaredEvent",
    "Erasure",
    "Event",
    "ExternalUnit",
    "FillMark",
    "FirstSeen",
    "IntakeCount",
    "LakeDay",
    "LakeFile",
    "LakeServer",
    "PersonDay",
    "PersonFacts",
    "Receipt",
    "Seal",
    "TransactionId",
    "VisitorLink",
]
