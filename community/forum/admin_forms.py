"""What the admin's actions over the forum's verbs ask for; `cleaned_data` are the arguments of the verb."""

from __future__ import annotations

from django import forms
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from community.forum.models import Category, Tag


class MoveForm(forms.Form):
    category = forms.ModelChoiceField(
        label=_("To the category"), queryset=Category.objects.in_order(), widget=UnfoldAdminSelectWidget
    )


class SynonymForm(forms.Form):
    of = forms.CharField(label=_("Synonym of the tag"), max_length=40, widget=UnfoldAdminTextInputWidget)

    def clean_of(self) -> Tag:
        named = Tag.objects.alias(lower=Lower(F("name"))).filter(lower=self.cleaned_data["of"].strip().lower())
        if found := named.select_related("synonym_of").first():
            return found
        raise forms.ValidationError(_("There is no such tag."))
