"""Simplified Chinese dates. Django's month and day has a leading zero, 07月5日, which nobody writes."""

MONTH_DAY_FORMAT = "n月j日"
