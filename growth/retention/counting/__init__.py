"""How lifecycle, stickiness, active members and everyday metrics are counted: modules with `answer` and `people`.

They import ibis and duckdb, but for `accounting`; so the kinds name them, and import them when they are asked.
"""
