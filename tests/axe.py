"""What axe-core finds on a page, in words."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = {"serious", "critical"}


OF_COLOUR = ("color-contrast", "link-in-text-block")


def faults(page: Page, *rules: str) -> list[str]:
    """Serious and critical faults of the page as it stands, by all rules or these, each as "rule: element"."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in found
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]
