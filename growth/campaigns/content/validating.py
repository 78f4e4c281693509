"""What is wrong with a variation's content, found before anybody gets it.

Texts are composed with the longest values that are plausible, so that what a provider would refuse of one member in a
thousand is seen while the campaign is written. Only what a program will give (`data`) has no length yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from growth.campaigns.channels import CHANNELS
from growth.campaigns.content.drafting import BODY, message
from growth.campaigns.content.naming import named, unknown
from growth.campaigns.content.samples import longest
from growth.campaigns.content.shapes import Content, read
from growth.campaigns.content.sources import SOURCES
from growth.campaigns.content.templates import Text, Unfit, compiled
from growth.campaigns.content.wording import Foreign
from growth.campaigns.models import Campaign, Channel, Provider, Variation
from growth.campaigns.providers import carrier

Serving = Callable[[str], Provider | None]  # by channel


@dataclass(frozen=True)
class Finding:
    """`where`: "en.title", "url", a channel, or "" of the whole. What is not fatal may go out all the same."""

    where: str
    says: str
    fatal: bool = True


def serving(channel: str) -> Provider | None:
    return Provider.objects.serving(channel).first()


def findings(campaign: Campaign, variation: Variation, *, serving: Serving = serving) -> list[Finding]:
    """Of one variation as it stands; neither need be saved. Who asks of many gives a `serving` that remembers."""
    content = read(variation.content)
    texts = list(_of_texts(campaign, content))
    if any(finding.fatal for finding in texts):
        return texts
    own = {variation.provider.channel: variation.provider} if variation.provider else {}
    providers = {channel: own.get(channel) or serving(channel) for channel in variation.channels or campaign.channels}
    alone = not any(providers.values())
    return texts + [each for named in providers.items() for each in _of_channel(campaign, content, *named, alone=alone)]


def _of_texts(campaign: Campaign, content: Content) -> Iterator[Finding]:
    if campaign.source and campaign.source not in SOURCES:
        yield Finding("source", _("There is no source “%(name)s”.") % {"name": campaign.source})
    if not content.texts:
        yield Finding("", _("It has no text."))
    for language, parts in content.texts.items():
        if "title" not in parts:
            yield Finding(f"{language}.title", _("Every message has a title."))
        for part, text in parts.items():
            yield from _of_text(campaign, f"{language}.{part}", text)
    for name, text in {"url": content.url, **content.pictures}.items():
        yield from _of_text(campaign, name, text)
    for language, _name in settings.LANGUAGES:
        if content.texts and language not in content.texts:
            name = get_language_info(language)["name_local"]
            yield Finding(f"{language}.title", _("No text in %(language)s.") % {"language": name}, fatal=False)


def _of_text(campaign: Campaign, where: str, source: str) -> Iterator[Finding]:
    try:
        text = compiled(source)
    except Unfit as fault:
        yield Finding(where, _("This is no template: %(fault)s.") % {"fault": fault})
        return
    for name in unknown(text):
        yield Finding(where, _("There is no variable “%(name)s”.") % {"name": name})
    for says in _not_given(campaign, text):
        yield Finding(where, says)


def _not_given(campaign: Campaign, text: Text) -> Iterator[str]:
    names = named(text)
    if names & {"item", "items", "count"} and campaign.source not in SOURCES:
        yield _("It names what a content source finds; choose one.")
    if "data" in names and campaign.kind != Campaign.Kind.TRIGGERED:
        yield _("It names what a program gives, and no program starts this campaign.")


def _of_channel(
    campaign: Campaign, content: Content, channel: str, provider: Provider | None, *, alone: bool
) -> Iterator[Finding]:
    """`alone`: there is no other channel to fall back to."""
    if provider is None:
        says = _("No provider serves this channel: %(channel)s.") % {"channel": Channel(channel).label}
        yield Finding(channel, says, fatal=alone)
        return
    for language in content.texts:
        yield from _composed(campaign, content, language, provider)


def _composed(campaign: Campaign, content: Content, language: str, provider: Provider) -> Iterator[Finding]:
    channel = provider.channel
    try:
        draft = longest(campaign, content, language)
        made = message(draft, timezone.now(), channel)
    except Unfit as fault:
        yield Finding(f"{language}.title", _("This is no template: %(fault)s.") % {"fault": fault})
    except Foreign:
        if "data" not in named(compiled(content.url)):
            yield Finding("url", _("Messages lead to pages of this site only, by addresses of at most 500 characters."))
    else:
        for says in CHANNELS[channel].check(made, carrier(provider)):
            yield Finding(channel, says)
        most = BODY.get(channel)
        if most and len(draft.words.body) > most:
            says = _("Where names and titles are long, the text will end after %(n)d characters.") % {"n": most}
            yield Finding(f"{language}.body", says, fatal=False)
