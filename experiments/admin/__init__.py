"""The admin of the experiments floor, a module for each concern."""

from experiments.admin import keys  # noqa: F401
