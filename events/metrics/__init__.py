"""The everyday metrics, each defined once: for reports, for alerts, for experiments.

A metric is a quotient of two sums over **facts**: a fact is of one person at one moment, and adds a whole number to
the numerator and one to the denominator. So the metric of any group of persons in any time is the quotient of what
their facts in it add up to, and both sums of a unit in its window are what an experiment compares.

    declared   what there is, in words; imports no engine
    facts      each metric's facts, as expressions over the events
    sums       facts to sums of persons and periods
    waiting    the time to an answer of which some are still awaited; numbers only
"""

from events.metrics.declared import METRICS, Metric, Per, Unit

__all__ = ["METRICS", "Metric", "Per", "Unit"]
