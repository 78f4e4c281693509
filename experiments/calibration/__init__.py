"""A/A tests on replayed traffic: how often our own statistics call nothing something (docs/experiments.md,
"Calibration"). Nobody is shown anything: those who came lately are divided after the fact, many times, by hash.

`testing` and `drawing` import no database; `replaying` reads the lake, in a task of the queue `analytics`.
"""
