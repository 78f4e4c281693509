"""Every setting of the site, read from the environment. Importing this module starts nothing."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import global_settings
from django.utils.translation import gettext_lazy as _

from config import beat, logs, look, oauth, policy, rest, services
from config.env import (
    Refused,
    database_from_url,
    env_bool,
    env_choice,
    env_int,
    env_list,
    env_path,
    env_text,
    env_url,
    env_zone,
)

ROOT = Path(__file__).resolve().parent.parent
VAR_DIR = env_path("VAR_DIR", ROOT / "var")
DEBUG = env_bool("DEBUG")
DATABASE_URL = env_text("DATABASE_URL")
REDIS_URL = env_url("REDIS_URL", schemes=("redis", "rediss", "unix"))
PRODUCTION = bool(DATABASE_URL) and not DEBUG
EMBEDDED_SERVICES = tuple(name for name, url in {"postgres": DATABASE_URL, "redis": REDIS_URL}.items() if not url)


def _secret_key() -> str:
    """The key from the environment; on embedded servers one made once and kept beside their data."""
    if key := env_text("SECRET_KEY"):
        return key
    if PRODUCTION:
        raise Refused("SECRET_KEY must be set when DATABASE_URL is")
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=VAR_DIR) as new, contextlib.suppress(FileExistsError):
            new.write(secrets.token_urlsafe(48))
            new.flush()
            os.link(new.name, path)  # whole or not at all: other processes may start at the same moment
    return path.read_text()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")  # the keys before it, while what they have signed is used
SITE_NAME = env_text("SITE_NAME", "Flywheel")
if PRODUCTION and not env_text("SITE_URL"):
    raise Refused("SITE_URL must be set when DATABASE_URL is: mails and feeds lead there")
SITE_URL = env_url("SITE_URL", "http://localhost:8000", schemes=("http", "https")).rstrip("/")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", f"{urlsplit(SITE_URL).hostname},localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# Https: cookies, redirects and HSTS follow from SITE_URL. gunicorn speaks none, so a proxy of ours is in front then.
HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]  # asked from within, past the proxy
SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("HSTS_SUBDOMAINS")
SECURE_REFERRER_POLICY = "same-origin"
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", int(HTTPS))  # how many of our own extend X-Forwarded-For
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SIGN_IN_AT = {
    "https://github.com": env_text("GITHUB_CLIENT_ID"),
    "https://accounts.google.com": env_text("GOOGLE_CLIENT_ID"),
    env_url("OIDC_SERVER_URL", schemes=("http", "https")): env_text("OIDC_SERVER_URL"),
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": policy.site_policy(https=HTTPS, sign_in_at=[url for url, client in SIGN_IN_AT.items() if client])
}

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "community.desk.apps.DeskSiteConfig",  # django.contrib.admin with a site of our own
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.openid_connect",
    "rest_framework",
    "drf_spectacular",
    "oauth2_provider",
    "waffle",
    "config",
    "events",
    "experiments",
    "community.desk.apps.DeskConfig",
    "community.members",
    "community.points",
    "community.notifications",
    "community.forum",
    "community.moderation",
    "community.imports",
    "community.webhooks",
    "community.api",
    "growth.home",
    "growth.trials",
    "growth.retention",
    "growth.segments",
    "growth.reports",
    "growth.campaigns",
]

MIDDLEWARE = [
    "config.observing.ObservingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "experiments.serving.middleware.middleware",
    "config.policy.PolicyMiddleware",
    "community.api.middleware.ProblemMiddleware",
    "config.nul.NoNulMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "waffle.middleware.WaffleMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "community.members.middleware.MemberSettingsMiddleware",
    "community.members.throttling.RateLimitMiddleware",
    "events.context.EventContextMiddleware",
    "events.collecting.pages.PageCountMiddleware",
    "experiments.qa.middleware",
    "experiments.exposing.ExposureMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "community.members.context.site",
            ],
        },
    },
    {  # the forum's pages
        "BACKEND": "config.speaking.Templates",
        "DIRS": [ROOT / "templates" / "jinja2"],
        "OPTIONS": {
            "environment": "config.jinja.environment",
            "trim_blocks": True,
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "community.members.context.site",
                "config.jinja.page",
            ],
        },
    },
]

# Servers: external by URL, else the embedded ones whose addresses follow from VAR_DIR.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        **(database_from_url(DATABASE_URL) if DATABASE_URL else services.postgres_settings(VAR_DIR)),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _redis_url(database: int, *, scheme: str = "unix") -> str:
    if REDIS_URL:
        return f"{REDIS_URL.rstrip('/')}/{database}"
    socket = services.redis_socket(VAR_DIR)
    return f"{scheme}://{socket}?db={database}" if scheme == "unix" else f"{scheme}://{socket}?virtual_host={database}"


REDIS_DATA_URL = _redis_url(0)
REDIS_PREFIX = env_text("REDIS_PREFIX", "fw:")
CACHES = {
    "default": {"BACKEND": "config.caching.SharedCache", "LOCATION": REDIS_DATA_URL},
    "local": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "flywheel",
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}

CELERY_BROKER_URL = _redis_url(1, scheme="redis+socket")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_ROUTES = {f"{room}.*": {"queue": "analytics"} for room in ("lake", "reports", "experiments")}  # long, apart
CELERY_TASK_ROUTES |= {f"campaigns.{act}": {"queue": "analytics"} for act in ("report", "reports", "allocate")}
CELERY_TASK_ROUTES["campaigns.*"] = {"queue": "campaigns"}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.2,
    "socket_timeout": 2,  # a worker's BRPOP alone waits for one second
    "max_retries": 0,  # a bell rung while Redis is away fails at once; kombu would try again for six seconds
    "visibility_timeout": 600,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = beat.SCHEDULE

# Members
AUTH_USER_MODEL = "members.Member"
SESSION_ENGINE = "community.members.sessions"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # unique by UniqueConstraint(Lower("username"))
    *policy.LEFT_TO_THE_OPERATOR,
    *oauth.SILENCED_CHECKS,
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_HASHERS = [*global_settings.PASSWORD_HASHERS, "community.api.programs.server.SecretHasher"]
OAUTH2_PROVIDER = oauth.provider(SITE_URL)
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "community.members.accounts.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "community.members.accounts.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_FORMS = {"login": "community.members.doors.SignInForm"}
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or address, a new passkey: told by letter
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "community.members.doors.PasskeyForm"}
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # steps of 30 s before and after, for phones whose clock is off (RFC 6238, 5.2)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE_URL.startswith("http://")
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, object]] = {
    name: {
        "APPS": [{"client_id": env_text(f"{name.upper()}_CLIENT_ID"), "secret": env_text(f"{name.upper()}_SECRET")}],
        "OAUTH_PKCE_ENABLED": True,
    }
    for name in ("github", "google")
    if env_text(f"{name.upper()}_CLIENT_ID")
}
if env_text("OIDC_SERVER_URL"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env_text("OIDC_NAME", "Single sign-on"),
                "client_id": env_text("OIDC_CLIENT_ID"),
                "secret": env_text("OIDC_SECRET"),
                "settings": {"server_url": env_text("OIDC_SERVER_URL"), "oauth_pkce_enabled": True},
            }
        ]
    }

# Mail
DEFAULT_FROM_EMAIL = env_text("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <no-reply@localhost>")
EMAIL_HOST = env_text("EMAIL_HOST")
EMAIL_PORT = env_int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env_text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"

# Languages and time. Days and weeks of points and reports are those of TIME_ZONE.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [ROOT / "locale", ROOT / "locale" / "third_party"]
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = env_zone("TIME_ZONE", "UTC")
USE_TZ = True

# Events: the request header in which a proxy in front tells the visitor's country, CF-IPCountry say.
COUNTRY_HEADER = env_text("COUNTRY_HEADER")
CONSENT_REQUIRED = env_bool("CONSENT_REQUIRED")  # whether readers are observed only once they have agreed
LAKE_URL = env_text("LAKE_URL") or str(VAR_DIR / "lake")  # a directory, or s3://bucket/folder
ANALYTICS_ENGINE = env_choice("ANALYTICS_ENGINE", "duckdb", choices=("duckdb", "spark", "clickhouse"))
CLICKHOUSE_URL = env_text("CLICKHOUSE_URL")  # empty: the same engine within the process (chDB)
SPARK_MASTER = env_text("SPARK_MASTER", "local[2]")
ANALYTICS_MEMORY = env_text("ANALYTICS_MEMORY", "350MB")  # of the engine; its process takes some 250 MB more
ANALYTICS_THREADS = env_int("ANALYTICS_THREADS", 2)
HOT_DAYS = env_int("HOT_DAYS", 35)  # how long PostgreSQL keeps events that the lake has
WAFFLE_FLAG_MODEL = "experiments.Flag"
EXPERIMENTS_ENVIRONMENT = env_text("EXPERIMENTS_ENVIRONMENT", "production")
EXPERIMENT_ATTRIBUTES = "growth.segments.targeting.attributes"  # what conditions may ask of people, beside the request
EXPERIMENT_LINKS = "growth.trials.links.of"  # what an experiment's report leads to beside its own
EXPERIMENT_SEGMENTS = "growth.segments.targeting.choices"  # which segments they may name
# The transactions before which those who read in PostgreSQL have read all
EVENT_READERS = ["community.webhooks.outbox.reached", "experiments.measuring.marks.reached"]
EVENT_READERS += ["growth.campaigns.planning.triggering.reached"]

# Campaigns: what seals secrets (the first line; all open them), and where services are asked
SEALING_KEYS = env_list("SEALING_KEYS")  # empty: SECRET_KEY and its fall-backs
WEBPUSH_HOSTS = env_list("WEBPUSH_HOSTS")  # those of browsers, as *.push.apple.com; empty: any on the public internet
FCM_URL = env_url("FCM_URL", "https://fcm.googleapis.com", schemes=("https", "http")).rstrip("/")
FCM_TOKEN_URL = env_url("FCM_TOKEN_URL", "https://oauth2.googleapis.com/token", schemes=("https", "http"))
APNS_URL = env_url("APNS_URL", "https://api.push.apple.com", schemes=("https",)).rstrip("/")
APNS_SANDBOX_URL = env_url("APNS_SANDBOX_URL", "https://api.sandbox.push.apple.com", schemes=("https",)).rstrip("/")
JPUSH_URL = env_url("JPUSH_URL", "https://api.jpush.cn", schemes=("https", "http")).rstrip("/")

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
S3_BUCKET = env_text("S3_BUCKET")
S3_ENDPOINT_URL = env_url("S3_ENDPOINT_URL", schemes=("https", "http"))
S3_REGION = env_text("S3_REGION")
S3_PUBLIC_URL = env_url("S3_PUBLIC_URL", schemes=("https", "http")).rstrip("/")
STORAGES = {
    "default": {"BACKEND": "config.buckets.BucketStorage" if S3_BUCKET else "config.disks.DiskStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    if DEBUG
    else {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WEBHOOK_ALLOWED_HOSTS = env_list("WEBHOOK_ALLOWED_HOSTS")  # host:port of our own network that endpoints may name
IMPORTS_DIR = env_path("IMPORTS_DIR", VAR_DIR / "imports")  # dumps that admins may import, a folder each
DRAFT_DAYS = env_int("DRAFT_DAYS", 90)  # a draft that nobody touched for so long is forgotten
UPLOAD_MAX_BYTES = env_int("UPLOAD_MAX_BYTES", 8 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["community.members.receiving.BoundedUploadHandler"]

# What one floor shows on another's page comes in by dotted path, never by an import upward.
NOTIFICATION_SOURCES = "growth.campaigns.notices.describe"
ON_NEWCOMER = "community.forum.sharing.brought"
POINTS_SCOPE = "community.forum.scopes.find"
POINTS_SCOPES = "community.forum.scopes.choices"
# Modules with export(member) and forget(member), for what rooms above the forum hold of a member; with
# forget_units(units) where they hold something by unit, of the visitors they were too.
BELONGINGS = {
    "programs": "community.api.belongings",
    "webhooks": "community.webhooks.belongings",
    "events": "events.belongings",
    "experiments": "experiments.belongings",
    "segments": "growth.segments.belongings",
    "reports": "growth.reports.belongings",
    "campaigns": "growth.campaigns.belongings",
}
NOTIFICATION_MODEL = "notifications.Notification"
ADDRESS_OF = "community.members.addresses.address_of"
TEXT_RENDERER = "community.forum.text.render"
API_RESOURCE = "community.api.base.Resource"
REST_FRAMEWORK, SPECTACULAR_SETTINGS = rest.FRAMEWORK, rest.SCHEMA
RATE_LIMITS = env_bool("RATE_LIMITS", default=True)
KEEP_PAGES = env_bool("KEEP_PAGES", default=True)  # for visitors, until what they show changes

# What is told of the running site: lines of log, numbers for Prometheus, faults to Sentry.
LOGGING = logs.logging_settings(
    level=env_choice("LOG_LEVEL", "INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")),
    as_json=env_choice("LOG_FORMAT", "json" if PRODUCTION else "line", choices=("json", "line")) == "json",
)
METRICS_DIR = VAR_DIR / "metrics"
METRICS_TOKEN = env_text("METRICS_TOKEN")
WORKER_METRICS_PORT = env_int("WORKER_METRICS_PORT", 0)
ADDRESS = env_text("ADDRESS", "127.0.0.1")
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(METRICS_DIR / "web"))  # asked for when its client is imported
SENTRY_DSN = env_url("SENTRY_DSN", schemes=("http", "https"))

UNFOLD = look.unfold(SITE_NAME)
