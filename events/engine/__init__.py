"""Ask the events: the lake's files and the rows not sealed yet, as one table at one moment.

    with reading(as_of=…) as reader:
        table = reader.rows(EVENTS.group_by("name").agg(count=EVENTS.count()))

Imports ibis, duckdb and pyarrow, half a second and 100 MB: only commands and the tasks of the queue `analytics` do.
"""

from events.engine.compiling import event_property
from events.engine.reading import Reader, reading
from events.engine.tables import EVENTS, PEOPLE

__all__ = ["EVENTS", "PEOPLE", "Reader", "event_property", "reading"]
