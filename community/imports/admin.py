"""Imports in the admin: a folder chosen, then its progress, its error in one line, or what it brought."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from community.desk.watching import RunAdmin
from community.imports import folders
from community.imports.models import ImportRun


class ImportForm(forms.ModelForm):
    folder = forms.ChoiceField(label=_("Folder or file"), widget=UnfoldAdminSelectWidget)

    class Meta:
        model = ImportRun
        fields = ("folder", "source", "rules", "category")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "folder" in self.fields:
            self.fields["folder"].choices = [(name, name) for name in folders.names()]  # type: ignore[attr-defined]
            where = _("Directly below %(path)s on the server: folders of Stack Exchange dumps, Discourse backups.")
            self.fields["folder"].help_text = where % {"path": settings.IMPORTS_DIR}


@admin.register(ImportRun)
class ImportRunAdmin(RunAdmin):
    form = ImportForm
    list_display = ("id", "folder", "how", "progress", "by", "created_at", "finished_at", "error")
    list_filter = ("state",)
    fields = ("folder", "source", "rules", "category")
    result_template = "imports/admin_result.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("imports.add_importrun"))

    @admin.display(description=_("rows"))
    def progress(self, run: ImportRun) -> str:
        return f"{run.done} / {run.total}" if run.total else str(run.done)
