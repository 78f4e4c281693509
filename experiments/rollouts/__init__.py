"""Guarded rollouts: a flag's value for a share that grows step by step while its guardrails are watched
(docs/experiments.md, "Guarded rollouts").

A rollout is an experiment of kind rollout with two equal arms, begun and ended by the verbs of experiments/running/.
"""
