"""Funnels: how many go on from step to step, and how long they take. The definitions: docs/metrics.md."""
