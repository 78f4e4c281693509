"""The tasks of the rooms of events, where Celery looks for them."""

from events.collecting.tasks import flush, sweep_receipts
from events.lake.tasks import compact, cool, seal

__all__ = ["compact", "cool", "flush", "seal", "sweep_receipts"]
