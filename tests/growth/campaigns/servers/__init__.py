"""Servers that speak the protocol of each channel: they refuse what the real ones refuse, and fail when they are told.

Each runs by itself too, for benchmarks and chaos: `python -m tests.growth.campaigns.servers.webpush 8210`. What it took
is at GET /seen; POST /faults {"faults": ["503", …], "share": 0.1} makes it fail."""
