"""What the links in messages do. Whoever has one may use it: no sign-in, no cookie; the token is signed."""

from __future__ import annotations

from base64 import b64decode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events import consent
from growth.campaigns.devices import following, links, unsubscribing, wording
from growth.campaigns.devices.following import Stage

PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # a GIF of one clear point
REPORTED: dict[bytes, Stage] = {b"shown": "delivered", b"closed": "delivered", b"clicked": "clicked"}


@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """On to the page of this site that the message named."""
    followed = links.followed(token)
    _note(request, followed, "clicked")
    return HttpResponseRedirect(followed.path if links.is_ours(followed.path) else "/")


@never_cache
@require_safe
def pixel(request: HttpRequest, token: str) -> HttpResponse:
    _note(request, links.followed(token), "opened")
    return HttpResponse(PIXEL, content_type="image/gif")


@csrf_exempt
@require_POST
def report(request: HttpRequest, token: str) -> HttpResponse:
    """The service worker tells what became of its notification, and learns which page it leads to. Whatever it tells,
    the message had arrived."""
    followed = links.followed(token)
    if stage := REPORTED.get(request.body[:20]):
        _note(request, followed, stage)
    return JsonResponse({"path": followed.path})


@csrf_exempt  # RFC 8058: the mail provider posts, without a cookie; the signed token is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Asked by GET (which link scanners do too), done by POST."""
    asked = links.stop(token)
    everything = "everything" in request.POST or not asked.topic_id
    if request.method == "POST":
        unsubscribing.unsubscribe(asked, everything=everything)
    topic = unsubscribing.topic_of(asked)
    context = {"done": request.method == "POST", "everything": everything, "topic": topic and wording.named(topic)}
    return render(request, "campaigns/stop.html", context)


def _note(request: HttpRequest, followed: links.Followed, stage: Stage) -> None:
    """Not of programs, of pages fetched ahead, or of readers who do not want to be observed."""
    ahead = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    if request.method != "HEAD" and not ahead and not consent.refusal(request):
        following.note(followed.delivery_id, stage, channel=followed.channel)
