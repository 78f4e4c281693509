"""Finding what is wrong with an experiment (docs/experiments.md, "Finding what is wrong"): asked for, never kept up.

Reads the lake, with all that numpy and pyarrow take: for the workers of the queue `analytics`, and commands.
"""
