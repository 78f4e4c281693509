"""The tables of the experiments floor."""

from experiments.models.experiments import Experiment, ExperimentChange, Phase, Variation
from experiments.models.flags import KEY, WHOLE, Environment, Flag, FlagChange, Rule
from experiments.models.layers import Holdout, Layer, Lease, Team, new_seed
from experiments.models.loop import Idea, Insight, ReportNote
from experiments.models.metrics import ExperimentMetric, Metric, MetricVersion
from experiments.models.previews import MetricPreview
from experiments.models.publishing import Edition, Publication, SdkKey, Sticky
from experiments.models.results import ArmDay, Calibration, ExposureDay, Override, Refresh, Report, ReportDay
from experiments.models.rollouts import Rollout, RolloutStep

__all__ = [
    "KEY",
    "WHOLE",
    "ArmDay",
    "Calibration",
    "Edition",
    "Environment",
    "Experiment",
    "ExperimentChange",
    "ExperimentMetric",
    "ExposureDay",
    "Flag",
    "FlagChange",
    "Holdout",
    "Idea",
    "Insight",
    "Layer",
    "Lease",
    "Metric",
    "MetricPreview",
    "MetricVersion",
    "Override",
    "Phase",
    "Publication",
    "Refresh",
    "Report",
    "ReportDay",
    "ReportNote",
    "Rollout",
    "RolloutStep",
    "Rule",
    "SdkKey",
    "Sticky",
    "Team",
    "Variation",
    "new_seed",
]
