"""A cache in the memory of each process, for what pages read all the time and may be a minute old.

Django's `cache` is the one that all processes share.
"""

from django.core.cache import caches
from django.utils.connection import ConnectionProxy

cache = ConnectionProxy(caches, "local")
