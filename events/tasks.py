"""The tasks of the rooms of events, where Celery looks for them."""

from events.collecting.tasks import flush, sweep_receipts

__all__ = ["flush", "sweep_receipts"]
