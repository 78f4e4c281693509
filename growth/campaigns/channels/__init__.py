"""The channels by name: one module each, all with the interface of interface.py."""

from __future__ import annotations

from collections.abc import Mapping

from growth.campaigns.channels.interface import Channel

CHANNELS: Mapping[str, Channel] = {}
