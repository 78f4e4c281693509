"""Campaigns in the admin: how messages are carried and how many at most, what became of each, and the campaigns."""

from growth.campaigns.admin import campaigns, deliveries, devices, providers, rules

__all__ = ["campaigns", "deliveries", "devices", "providers", "rules"]
