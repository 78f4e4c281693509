"""A tag's wiki: what the tag is for, and its synonyms."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from community.forum import tag_keeping
from community.forum.models import Tag
from community.forum.views.writing import refused
from community.points.privileges import may, require


class WikiForm(forms.Form):
    excerpt = forms.CharField(label=_("In one sentence"), max_length=500, required=False)
    wiki = forms.CharField(
        label=_("Wiki"), max_length=30_000, required=False, widget=forms.Textarea(attrs={"rows": 14})
    )


@require_GET
def wiki(request: HttpRequest, tag: str) -> HttpResponse:
    found = get_object_or_404(Tag.objects.select_related("synonym_of"), name__iexact=tag)
    if found.synonym_of:
        return redirect("forum:tag-wiki", found.synonym_of.name, permanent=True)
    context = {"tag": found, "synonyms": found.synonyms.order_by("name"), "may_edit": may(request.user, "edit")}
    return render(request, "forum/tag_wiki.html", context)


@login_required
def edit_wiki(request: HttpRequest, tag: str) -> HttpResponse:
    found = get_object_or_404(Tag.objects.canonical(), name__iexact=tag)
    if request.method != "POST":  # what was typed is shown again with the reason
        require(request.user, "edit")
    form, status = WikiForm(request.POST or None, initial={"excerpt": found.excerpt, "wiki": found.wiki}), 200
    if request.method == "POST" and form.is_valid():
        try:
            tag_keeping.edit_wiki(found, editor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            return redirect("forum:tag-wiki", found.name)
        except PermissionDenied as refusal:
            status = refused(form, refusal)
    return render(request, "forum/tag_wiki_edit.html", {"tag": found, "form": form}, status=status)
