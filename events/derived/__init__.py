"""Tables derived from sealed events, filled batch by batch. docs/analytics.md says what they are for.

Each fill is set-based and commits with its mark, so that a killed one has not happened; the order of batches, late
events, links of visitors and erasures leave the same rows as a rebuild from the files would.
"""

from events.derived.filling import fill
from events.derived.forgetting import forget

__all__ = ["fill", "forget"]
