"""Measuring experiments: one pass over the lake for all of them (docs/experiments.md, "How results are measured").

All but `what` and `marks` import numpy, pyarrow and Ibis: only commands and tasks of the queue `analytics` do.
"""
