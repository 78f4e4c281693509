"""A history of events from another system: a file is read row by row into a staging table, and from there, set by set
and once, into the events. Memory does not grow with the file."""
