"""What the form's buttons do besides saving: more rows, a size taken over. And the size that a form asks for."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from experiments.admin.editor import rows, sizing
from experiments.admin.editor.sizing import Sizing
from experiments.models import ExperimentMetric

SETS = {"more_variations": "variations", "more_metrics": "metrics"}
TAKEN = {"take_fixed": "fixed", "take_sequential": "sequential"}


class Asked(forms.Form):
    """Of the form, what a size depends on; a field that does not hold is as one left empty."""

    effect = forms.FloatField(required=False, min_value=0)
    alpha = forms.FloatField(required=False, min_value=1e-9, max_value=0.49)
    power = forms.FloatField(required=False, min_value=0.01, max_value=0.999)


def grown(post: QueryDict) -> QueryDict:
    """What was sent, after what its button says."""
    act = post.get("act", "")
    sent = post.copy()
    if act in SETS:
        name = f"{SETS[act]}-TOTAL_FORMS"
        total = sent.get(name, "0")
        sent[name] = str(min(int(total) + 1, rows.MOST)) if total.isascii() and total.isdecimal() else "1"
    if act in TAKEN and (prices := asked_size(post).prices):
        sent["planned_units"] = str(getattr(prices, TAKEN[act]).total)
    return sent


def asked_size(post: QueryDict) -> Sizing:
    form, typed = Asked(post), sizing.SizeForm(post)
    form.is_valid()
    given = {name: value for name, value in form.cleaned_data.items() if value is not None}
    primary = next((pk for pk, role in _metrics(post) if role == ExperimentMetric.Role.PRIMARY), None)
    options = {"effect": None, **given}
    return sizing.sized(rows.version_named(primary), typed, weights=_weights(post), **options)


def _metrics(post: QueryDict) -> list[tuple[str, str]]:
    places = range(rows.MOST)
    return [(post.get(f"metrics-{n}-version", ""), post.get(f"metrics-{n}-role", "")) for n in places]


def _weights(post: QueryDict) -> list[int]:
    """Those that are typed of control and the others; before both have one, of two alike."""
    typed = [post.get(f"variations-{n}-weight", "") for n in range(rows.MOST) if post.get(f"variations-{n}-key")]
    found = [int(weight) if weight.isascii() and weight.isdecimal() and len(weight) < 5 else 0 for weight in typed]
    return found if found and found[0] and any(found[1:]) else [1] * max(2, len(found))
