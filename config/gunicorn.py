"""gunicorn's settings. A killed master's workers see it within a second, so the port is soon free again."""

from config.env import env_int, env_text

bind = f"{env_text('ADDRESS', '127.0.0.1')}:{env_int('PORT', 8000)}"
wsgi_app = "config.wsgi"
worker_class = "gthread"
workers = env_int("WEB_WORKERS", 2)
threads = 4
# One import for all workers: a new one serves at once. Nothing connects before the fork.
preload_app = True
timeout = 30
graceful_timeout = 5
keepalive = 5
control_socket_disable = True
