"""The channels by name: one module each, all with the interface of interface.py."""

from __future__ import annotations

from collections.abc import Mapping

from growth.campaigns.channels.apns import APNs
from growth.campaigns.channels.email import Email
from growth.campaigns.channels.fcm import FCM
from growth.campaigns.channels.inapp import InApp
from growth.campaigns.channels.interface import Channel
from growth.campaigns.channels.jpush import JPush
from growth.campaigns.channels.webhook import Webhook
from growth.campaigns.channels.webpush import WebPush

CHANNELS: Mapping[str, Channel] = {
    "webpush": WebPush(),
    "fcm": FCM(),
    "apns": APNs(),
    "jpush": JPush(),
    "webhook": Webhook(),
    "email": Email(),
    "inapp": InApp(),
}
