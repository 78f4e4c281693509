"""What every page of the admin has, whichever app it comes from: bounded counts, bounded actions, the audit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from community.desk import auditing
from community.desk.counting import BoundedPaginator
from community.desk.models import Act

MOST_CHOSEN = 500  # rows of one action: each is a verb with its locks, and a request must end


class Audited(ModelAdmin):
    """Mixed into each admin class when it is registered (site.py), so that none can be without."""

    show_full_result_count = False
    paginator = BoundedPaginator

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "moderates", False))

    def has_appoint_permission(self, request: HttpRequest) -> bool:
        """Who may make others what they are not."""
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    # Forms

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        if change:
            found = auditing.snapshot(self.model, [obj.pk], relations=True)
            request.before_saving = found.get(str(obj.pk))  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Act:  # type: ignore[override]
        return self._note(request, Act.Kind.ADD, obj, after=self._now(obj))

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Act | None:  # type: ignore[override]
        before = getattr(request, "before_saving", None)
        after = self._now(obj) if before is not None else {}
        request.audited = True  # type: ignore[attr-defined]
        if before is not None and before == after:
            return None
        words = message if isinstance(message, str) else ""  # a list of forms says less than the changes do
        return self._note(request, Act.Kind.CHANGE, obj, note=words, before=before or {}, after=after)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Act]:  # type: ignore[override]
        chosen = list(queryset)
        stood = auditing.snapshot(self.model, [obj.pk for obj in chosen], relations=True)
        return [self._note(request, Act.Kind.DELETE, obj, before=stood.get(str(obj.pk), {})) for obj in chosen]

    def _now(self, obj: Model) -> auditing.Values:
        return auditing.snapshot(self.model, [obj.pk], relations=True).get(str(obj.pk), {})

    def _note(self, request: HttpRequest, kind: str, obj: Model, **told: Any) -> Act:
        return auditing.record(request, kind, self.model, obj.pk, label=str(obj), **told)

    # Actions

    def response_action(  # type: ignore[override]
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        chosen = self._chosen(request, queryset)
        if len(chosen) > MOST_CHOSEN:
            request.audited = True  # type: ignore[attr-defined]
            self.message_user(request, _("At most %d at once; narrow it down.") % MOST_CHOSEN, messages.ERROR)
            return None
        before = auditing.snapshot(self.model, chosen)
        response = super().response_action(request, queryset.filter(pk__in=chosen))
        asks = isinstance(response, TemplateResponse)  # for a confirmation; nothing is done yet
        if response is not None and not asks and not getattr(request, "audited", False):
            self._note_action(request, before)
        request.audited = True  # type: ignore[attr-defined]  # row by row, so no general line of DeskSite
        return response

    def _chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """The ids that an action is for; one more than it may be for stands for any number."""
        if request.POST.get("select_across") == "1":
            return list(queryset.order_by().values_list("pk", flat=True)[: MOST_CHOSEN + 1])
        given = request.POST.getlist(ACTION_CHECKBOX_NAME)[: MOST_CHOSEN + 1]
        try:
            return [self.model._meta.pk.to_python(pk) for pk in given]
        except ValidationError as error:
            raise BadRequest("no ids") from error

    def _note_action(self, request: HttpRequest, before: dict[str, auditing.Values]) -> None:
        """Of an action that does not write its acts down itself, as those of acting.py do."""
        index = request.POST.get("index", "0")
        verbs = request.POST.getlist("action")
        verb = verbs[int(index)] if index.isdecimal() and int(index) < len(verbs) else ""
        after = auditing.snapshot(self.model, before)
        for obj in self.model._base_manager.filter(pk__in=list(before)):
            stood, stands = before[str(obj.pk)], after.get(str(obj.pk), {})
            self._note(request, Act.Kind.ACTION, obj, verb=verb, before=stood, after=stands)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> TemplateResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404(object_id)
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("What admins did to “%(object)s”") % {"object": obj},
            "acts": Act.objects.on(self.model, obj.pk).newest_first()[:100],
            "object": obj,
            "opts": self.opts,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "desk/history.html", context)
