"""The form of a campaign, with its variations, as one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from events.models import DeclaredEvent
from events.names import NAMES
from experiments.models import Metric, MetricVersion
from growth.campaigns.admin.editor import factors, rows
from growth.campaigns.admin.editor.fields import OrderField, ShareField, SpanField, places
from growth.campaigns.content.sources import SOURCES
from growth.campaigns.content.validating import findings, serving
from growth.campaigns.models import Campaign, Provider, Variation
from growth.campaigns.planning import creating
from growth.segments.models import Segment

LATE = (Campaign.State.RUNNING, Campaign.State.PAUSED)
OF_CONTENT = ("kind", "source", "priority", "topic", "channels", "expires_after")  # what content is checked with
MOMENT = "%Y-%m-%dT%H:%M"


class MetricChoice(forms.ModelChoiceField):
    def label_from_instance(self, version: Any) -> str:
        return str(version.metric)


class MetricChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, version: Any) -> str:
        return str(version.metric)


def moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, required=False, widget=widget, help_text=help_text)


class CampaignForm(forms.ModelForm):
    channels = OrderField(label=_("Channels"), help_text=_("The first that reaches the member."))
    source = forms.ChoiceField(label=_("Content for each member"), required=False)
    starts_at = moment(_("Starts"), _("Empty: when somebody launches it."))
    ends_at = moment(_("Ends"))
    expires_after = SpanField(label=_("Too late after"), help_text=_("What could not go out by then does not."))
    delay = SpanField(label=_("Wait before it goes out"))
    trigger_event = forms.ChoiceField(label=_("Event"), required=False)
    coverage = ShareField(label=_("Share that takes part, %"), min_value=0.01)
    holdout = ShareField(
        label=_("Holdout, %"),
        max_value=99.99,
        help_text=_("Of those who take part: they get nothing and are measured."),
    )
    factors = forms.CharField(
        label=_("Factors"),
        required=False,
        max_length=5000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    goal = MetricChoice(MetricVersion.objects.none(), label=_("Goal"), required=False)
    guardrails = MetricChoices(
        MetricVersion.objects.none(), label=_("Guardrails"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Campaign
        fields = (
            *("name", "key", "kind", "topic", "priority", "segment", "channels", "policy", "source", "per_second"),
            *("starts_at", "ends_at", "local_time", "repeat", "expires_after"),
            *("trigger", "trigger_event", "delay", "reentry", "reentry_days"),
            *("goal", "holdout", "coverage", "allotment", "factors", "guardrails", "planned_members"),
        )
        help_texts = {"key": _("Out of the name where it is left empty."), "segment": _("Empty: every member.")}

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        campaign = self.instance
        chosen = list(self.initial.get("channels") or [])
        self.fields["channels"] = OrderField(
            places=places(data, chosen), label=_("Channels"), help_text=self.fields["channels"].help_text
        )
        self.fields["key"].required = False
        self.fields["segment"].queryset = Segment.objects.exclude(who=Segment.Who.VISITORS)  # type: ignore[attr-defined]
        self.fields["segment"].empty_label = _("everybody")  # type: ignore[attr-defined]
        sources = [(key, source.label) for key, source in SOURCES.items()]
        self.fields["source"].choices = [("", _("the same for all")), *sources]  # type: ignore[attr-defined]
        self.fields["trigger_event"].choices = events(campaign.trigger_event)  # type: ignore[attr-defined]
        for name in ("goal", "guardrails"):
            self.fields[name].queryset = versions(campaign)  # type: ignore[attr-defined]
        if isinstance(given := self.initial.get("factors"), dict):
            self.initial["factors"] = factors.written({name: dict.fromkeys(all_, "") for name, all_ in given.items()})
        if campaign.pk and campaign.state in LATE:
            for name in set(self.fields) - creating.ANY_TIME:
                del self.fields[name]

    def clean_key(self) -> str:
        return self.cleaned_data["key"] or slugify(self.data.get("name", ""))[:60] or "campaign"

    def clean_expires_after(self) -> Any:
        if not self.cleaned_data["expires_after"]:
            raise ValidationError(_("Longer than nothing."))
        return self.cleaned_data["expires_after"]

    def clean_factors(self) -> dict[str, list[str]]:
        return {name: list(levels) for name, levels in factors.read(self.cleaned_data["factors"]).items()}

    def clean(self) -> dict[str, Any]:
        """What belongs to the other kind of campaign is left out, whatever stands in its hidden fields."""
        given = super().clean() or self.cleaned_data
        if given.get("kind") == Campaign.Kind.BROADCAST:
            given |= {"trigger": "", "trigger_event": "", "reentry": Campaign.Reentry.NEVER, "reentry_days": None}
        elif given.get("kind") == Campaign.Kind.TRIGGERED:
            given |= {"repeat": "", "local_time": False}
            if not given.get("trigger"):
                self.add_error("trigger", _("Say what it begins with."))
            if given.get("trigger") != Campaign.Trigger.EVENT:
                given["trigger_event"] = ""
        return given

    def _post_clean(self) -> None:
        """The verbs say what fits."""


def versions(campaign: Campaign) -> QuerySet[MetricVersion]:
    """What may be measured: the newest of each metric in use, and those that the campaign has."""
    metrics: Any = Metric.objects.living().with_newest()
    newest = set(metrics.values_list("newest_id", flat=True))
    own = {campaign.goal_id, *campaign.guardrails.values_list("pk", flat=True)} if campaign.pk else set()
    return MetricVersion.objects.filter(pk__in=newest | own - {None}).select_related("metric").order_by("metric__name")


def events(present: str) -> list[tuple[str, Any]]:
    names = dict.fromkeys([*NAMES, *DeclaredEvent.objects.order_by("name").values_list("name", flat=True)])
    return [("", "—"), *((name, name) for name in names | dict.fromkeys(filter(None, [present])))]


class Editor:
    """`faults`: what is wrong with the variations as a whole."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        campaign: Campaign | None = None,
        initial: Mapping[str, Any] | None = None,
        variations: list[dict[str, Any]] | None = None,
    ) -> None:
        self.campaign = campaign
        if campaign and data is None:
            variations = rows.of_campaign(campaign)
        providers = list(Provider.objects.filter(active=True).values_list("key", "name"))
        self.form = CampaignForm(data, instance=campaign or Campaign(), initial=dict(initial or {}))
        self.variations: Any = rows.Variations(
            data, initial=variations, prefix="variations", form_kwargs={"providers": providers}
        )
        self.faults: list[str] = []

    @property
    def is_late(self) -> bool:
        return self.campaign is not None and self.campaign.state in LATE

    def save(self, by: Any) -> Campaign | None:
        """None where something does not fit; the forms then say what."""
        if not all([self.form.is_valid(), self.is_late or self.variations.is_valid()]):
            return None
        try:
            return self._save(by)
        except ValidationError as refused:
            self._tell(refused)
            return None

    def _save(self, by: Any) -> Campaign | None:
        given = dict(self.form.cleaned_data)
        if not self.is_late:
            given["variations"] = [form.as_variation() for form in self.variations.filled]
            self._check_levels(given)
            if self._told_of_texts(given):
                return None
        if self.campaign is None:
            return creating.create(by=by, **given)
        return creating.change(self.campaign, by=by, **given)

    def _check_levels(self, given: Mapping[str, Any]) -> None:
        """Of a factorial each variation has its levels; of what is none any more, none has."""
        for row in given["variations"]:
            if not given["factors"]:
                row["levels"] = {}
            elif set(row["levels"]) != set(given["factors"]):
                told = _("Make the variations of these factors, or take the factors out.")
                raise ValidationError({"factors": told})

    def _told_of_texts(self, given: Mapping[str, Any]) -> bool:
        """Whether something that is written cannot be; it is said beside it. What is not written yet may wait."""
        told, remembered = False, cache(serving)
        campaign = Campaign(**{name: given[name] for name in OF_CONTENT})
        for form, row in zip(self.variations.filled, given["variations"], strict=True):
            for finding in findings(campaign, Variation(**row), serving=remembered):
                field = rows.field_of(finding.where)
                if finding.fatal and form.cleaned_data.get(field):
                    form.add_error(field, finding.says)
                    told = True
        return told

    def _tell(self, refused: ValidationError) -> None:
        told = refused.message_dict if hasattr(refused, "error_dict") else {"": refused.messages}
        for field, messages in told.items():
            if field == "variations":
                self.faults = messages
            else:
                self.form.add_error(field if field in self.form.fields else None, messages)
