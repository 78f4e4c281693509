"""One unit's way from the payload to the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.members.models import Member
from experiments.models import Phase
from growth.reports.kinds import Params
from growth.trials.trial import Trial, TrialForm

if TYPE_CHECKING:
    from events.engine import Reader

STANDINGS = {
    "counted": gettext_lazy("This unit counts."),
    "never": gettext_lazy("This unit was never exposed, so it counts nowhere."),
    "outside": gettext_lazy("This unit was exposed only outside of the phase, so it does not count."),
    "flipped": gettext_lazy("This unit saw more than one variation, so it is left out."),
    "staff": gettext_lazy("This is a member of staff, who are left out."),
}


class UnitForm(TrialForm):
    unit = forms.RegexField(
        r"^(@.+|-?[1-9]\d{0,17})$",
        label=gettext_lazy("Unit"),
        max_length=160,
        help_text=gettext_lazy("A member's id or @name, or minus a visitor's id."),
        error_messages={"invalid": gettext_lazy("Write a number, or @ and a name.")},
    )

    field_order = ("experiment", "unit")

    def clean_unit(self) -> str:
        text: str = self.cleaned_data["unit"]
        if not text.startswith("@"):
            return text
        found = Member.objects.filter(username=text[1:]).values_list("pk", flat=True).first()
        if found is None:
            raise ValidationError(_("There is no member of this name."), "invalid")
        return str(found)


class Unit(Trial):
    key = "trial-unit"
    command = "trial_unit"
    title = gettext_lazy("One unit's way")
    about = gettext_lazy("What the payload says to one unit, what it was shown, what it did, and where it counts.")
    template = "reports/trials/unit.html"
    form = UnitForm
    main = ("experiment", "unit")
    names_people = True

    def found(self, params: Params, reader: Reader, phase: Phase) -> dict[str, Any]:
        from experiments.debugging.tracing import trace  # noqa: PLC0415 - numpy and ibis, in a worker only

        return trace(reader, phase, int(params["unit"]))

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        """One row of each exposure, then of each metric's value."""
        shown = [["exposed", row["epoch_us"], row["unit"], row["value"], row["counts"]] for row in result["exposures"]]
        told = [["metric", row["key"], row["y"], row["x"], row["d"]] for row in result["metrics"]]
        return [["what", "at_or_metric", "unit_or_y", "variation_or_x", "counts_or_d"], *shown, *told]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        told = str(STANDINGS[result["standing"]])
        cell = result["cell"]
        if cell is None:
            return told
        arm = result["arms"][cell["variation"]]
        return _("This unit counts for “%(arm)s”, in phase %(phase)s, among those of %(day)s.") % {**cell, "arm": arm}
