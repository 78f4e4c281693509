"""The admin of the experiments floor: a module for each concern, which registers what it is for."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
