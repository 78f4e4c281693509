"""Messages to browsers."""

from growth.campaigns.channels.webpush.channel import WebPush, checked

__all__ = ["WebPush", "checked"]
