"""Retention: who comes back after they started, by cohort. The definitions: docs/metrics.md."""
