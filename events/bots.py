"""Programs that read pages: told from what they call themselves. What they do is counted, never recorded."""

from __future__ import annotations

import re

# What crawlers, previews, monitors and libraries have in their names. "Cubot" is a telephone.
_BOT = re.compile(
    r"(?<!cu)bot\b|bot[/_;-]|crawl|spider|slurp|archiver|scrap|headless|phantomjs|lighthouse|pingdom|uptime|monitor|"
    r"preview|facebookexternalhit|mediapartners|feedfetcher|rss|validator|"
    r"curl/|wget/|python|go-http-client|okhttp|java/|ruby|perl|php/|axios|node-fetch|undici|httpclient|libwww",
    re.IGNORECASE,
)


def is_bot(user_agent: str) -> bool:
    """Also who does not say what they are: every browser does."""
    return not user_agent or bool(_BOT.search(user_agent))
