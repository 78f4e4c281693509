"""The tables of campaigns, by noun."""

from growth.campaigns.models.campaigns import Campaign, CampaignChange, Entry, Occurrence, Variation
from growth.campaigns.models.channels import Channel, Device, Provider
from growth.campaigns.models.consent import Consent, FrequencyCap, QuietHours, SubscriptionTopic
from growth.campaigns.models.deliveries import Attempt, CapCount, Delivery, Receipt
from growth.campaigns.models.notices import Notice
from growth.campaigns.models.results import Allocation, CampaignReport

__all__ = [
    "Allocation",
    "Attempt",
    "Campaign",
    "CampaignChange",
    "CampaignReport",
    "CapCount",
    "Channel",
    "Consent",
    "Delivery",
    "Device",
    "Entry",
    "FrequencyCap",
    "Notice",
    "Occurrence",
    "Provider",
    "QuietHours",
    "Receipt",
    "SubscriptionTopic",
    "Variation",
]
