"""What every page knows of the site and of how its reader wants to see it."""

from django.conf import settings
from django.http import HttpRequest

from community.members.models import Member

THEME_COOKIE = "theme"


def site(request: HttpRequest) -> dict[str, object]:
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "CONSENT_REQUIRED": settings.CONSENT_REQUIRED,
        "theme": theme_of(request),
    }


def theme_of(request: HttpRequest) -> str:
    """A member's setting, a visitor's cookie, else the device's. Known to the server, so that nothing flashes."""
    user = getattr(request, "user", None)  # an error page may be rendered before there is one
    if user is not None and user.is_authenticated:
        return str(user.theme)
    wanted = request.COOKIES.get(THEME_COOKIE, "")
    return wanted if wanted in Member.Theme else str(Member.Theme.AUTO)
