"""Asking for work in the background, and how it stands."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from community.desk import auditing
from community.desk.models import Act
from events.bell import ring
from growth.home import jobs, tasks
from growth.home.dashboard import may_read
from growth.home.models import Job


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    _check(request)
    with transaction.atomic():
        jobs.ask()
        auditing.record(request, Act.Kind.ACTION, Job, jobs.KEY, verb="ask")
    ring(tasks.sweep)
    return redirect("admin:index")


@require_safe
@never_cache
def state(request: HttpRequest) -> HttpResponse:
    """For htmx, while numbers are computed; then the page has something new to show."""
    _check(request)
    job = Job.objects.first() or Job()
    response = render(request, "home/_job.html", {"job": job})
    if not job.running and not job.waiting:
        response["HX-Refresh"] = "true"
    return response


def _check(request: HttpRequest) -> None:
    if not admin.site.has_permission(request) or not may_read(request):
        raise PermissionDenied
