"""What members say of themselves, rendered by the room that renders texts (settings.TEXT_RENDERER)."""

from django.conf import settings
from django.utils.module_loading import import_string


def bio_html(bio: str) -> str:
    """Safe HTML of a bio in Markdown; "" of an empty one."""
    rendered = import_string(settings.TEXT_RENDERER)(bio, format="markdown")
    return str(rendered.html)
