"""Campaigns: the right push to the right member, and the proof that it helps."""
