"""Measurements. What they keep in Redis stands apart from a site's."""

import os

os.environ["REDIS_PREFIX"] = "bench:"
