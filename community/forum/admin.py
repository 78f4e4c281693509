"""Categories and tags for admins; what members wrote to look at, and to deal with by the verbs."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import display

from community.desk.acting import OptionalReasonForm, ReasonForm, bulk
from community.desk.filters import IsSet
from community.desk.searching import ReadOnlyAdmin, SoughtAdmin, among, number, of_member
from community.forum import removing, steering, tag_keeping
from community.forum.admin_forms import MoveForm, SynonymForm
from community.forum.indexing import lexemes
from community.forum.models import Bounty, Category, Comment, Post, Revision, Tag, Topic, TopicLink, Upload, Vote
from community.forum.search import Written as WrittenQuery
from community.members.models import Member


def with_words(term: str, weight: str = "") -> Q:
    """Posts that hold all the words, the last one perhaps unfinished; `weight` A: in the title."""
    *whole, last = lexemes(term) or [""]
    if not last:
        return Q(pk__in=[])
    parts = [*(f"'{word}':{weight}" if weight else f"'{word}'" for word in whole), f"'{last}':*{weight}"]
    return Q(search=WrittenQuery(" & ".join(parts)))


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ("name", "parent", "position", "readers", "posters", "colour")
    list_editable = ("position",)
    list_select_related = ("parent",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("parent", "reader_groups", "poster_groups")
    ordering = ("position", "name")


@admin.register(Tag)
class TagAdmin(SoughtAdmin):
    """What is saved goes through the verbs of tag_keeping: topics and followers move along, and it is logged."""

    list_display = ("name", "synonym_of", "topic_count", "excerpt")
    list_select_related = ("synonym_of",)
    list_filter = (("synonym_of", IsSet),)
    list_per_page = 50
    search_help_text = _("A name from its beginning")
    fields = ("name", "synonym_of", "excerpt", "wiki")
    autocomplete_fields = ("synonym_of",)
    sortable_by = ("topic_count",)
    ordering = ("-topic_count", "name")
    actions = (
        bulk("make_synonym", _("Make a synonym of…"), tag_keeping.make_synonym, form=SynonymForm),
        bulk("separate", _("Let it stand for itself"), tag_keeping.separate),
    )

    def sought(self, term: str) -> Q:
        return among(Tag.objects.starting_with(term))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # topics name their tags by id; a tag that nobody wants becomes a synonym

    def save_model(self, request: HttpRequest, obj: Tag, form: ModelForm, change: bool) -> None:
        by, given = cast(Member, request.user), form.cleaned_data
        if not change:
            tag = Tag.objects.create(name=given["name"].lower())
        else:
            tag = Tag.objects.get(pk=obj.pk)
            if given["name"] != tag.name:
                tag_keeping.rename(tag, name=given["name"], by=by)
        obj.pk = tag.pk
        tag_keeping.edit_wiki(tag, editor=by, excerpt=given["excerpt"], wiki=given["wiki"])
        if given["synonym_of"] and given["synonym_of"].pk != tag.synonym_of_id:
            tag_keeping.make_synonym(tag, of=given["synonym_of"], by=by)
        elif tag.synonym_of_id and not given["synonym_of"]:
            tag_keeping.separate(tag, by=by)


class Written(ReadOnlyAdmin):
    """To look at and to act on. What members wrote is changed on the site, where its revisions are kept."""

    actions: tuple[Any, ...] = (
        bulk("delete_chosen", _("Delete; can be restored…"), removing.delete, form=OptionalReasonForm),
        bulk("restore_chosen", _("Restore"), removing.restore),
    )
    list_per_page = 50
    list_filter_submit = True
    ordering = ("-pk",)
    search_help_text = _("Words, an author's username, or a number")

    def view_on_site(self, obj: Topic | Post | Comment) -> str:
        return obj.get_absolute_url()


@admin.register(Topic)
class TopicAdmin(Written):
    list_display = ("title", "kind", "category", "author", "score", "reply_count", "created_at", "state")
    list_select_related = ("category", "author")
    list_filter = (
        *("kind", "category", ("author", AutocompleteSelectFilter), ("created_at", RangeDateFilter)),
        *(("closed_at", IsSet), ("pinned_at", IsSet), ("deleted_at", IsSet), ("hidden_at", IsSet)),
    )
    sortable_by = ("score", "created_at")
    search_help_text = _("Words of the title, an author's username, or a number")
    actions = (
        bulk("close", _("Close…"), steering.close, form=ReasonForm),
        bulk("reopen", _("Reopen"), steering.reopen),
        bulk("move", _("Move to a category…"), steering.move, form=MoveForm),
        bulk("pin", _("Pin"), steering.pin),
        bulk("unpin", _("Unpin"), steering.unpin),
        *Written.actions,
    )
    fields = (
        *("title", "kind", "category", "author", "created_at", "active_at", "score", "reply_count", "views"),
        *("pinned_at", "closed_at", "closed_by", "close_reason", "merged_into"),
        *("deleted_at", "deleted_by", "hidden_at"),
    )

    def sought(self, term: str) -> Q:
        titled = among(Post.objects.filter(with_words(term, "A"), number=0), "topic")
        return titled | number(term, "pk") | of_member(term, "author")

    @display(
        description=_("standing"),
        label={"deleted": "danger", "hidden": "warning", "closed": "info", "open": "success"},
    )
    def state(self, topic: Topic) -> tuple[str, Any]:
        if topic.deleted_at:
            return "deleted", _("deleted")
        if topic.hidden_at:
            return "hidden", _("hidden")
        return ("closed", _("closed")) if topic.closed_at else ("open", pgettext_lazy("topic", "open"))


@admin.register(Post)
class PostAdmin(Written):
    list_display = ("id", "topic", "number", "author", "score", "created_at", "deleted_at", "hidden_at")
    list_select_related = ("topic", "author")
    list_filter = (
        *(("author", AutocompleteSelectFilter), ("created_at", RangeDateFilter)),
        *(("deleted_at", IsSet), ("hidden_at", IsSet), "wiki"),
    )
    sortable_by = ("id", "created_at")
    fields = (
        *("topic", "number", "author", "in_reply_to", "format", "body", "wiki", "version"),
        *("created_at", "edited_at", "edited_by", "up", "down", "deleted_at", "deleted_by", "hidden_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        return super().get_queryset(request).defer("html", "search")

    def sought(self, term: str) -> Q:
        return among(Post.objects.filter(with_words(term))) | number(term, "pk", "topic") | of_member(term, "author")


@admin.register(Comment)
class CommentAdmin(Written):
    list_display = ("id", "post", "author", "body", "created_at", "deleted_at", "hidden_at")
    list_select_related = ("post", "author")
    list_filter = (("author", AutocompleteSelectFilter), ("deleted_at", IsSet), ("hidden_at", IsSet))
    sortable_by = ("id",)
    search_help_text = _("An author's username, or the number of a comment or its post")
    fields = ("post", "author", "body", "score", "version", "created_at", "edited_at", "deleted_at", "hidden_at")

    def sought(self, term: str) -> Q:
        return number(term, "pk", "post") | of_member(term, "author")


class Kept(ReadOnlyAdmin):
    """What the forum keeps beside the texts: found by the number of its post or topic, or by its member."""

    list_per_page = 50
    list_filter_submit = True
    ordering = ("-pk",)
    sortable_by = ("id",)
    search_help_text = _("A username, or the number of a post or topic")
    numbered: tuple[str, ...] = ("pk",)
    whose: tuple[str, ...] = ("member",)

    def sought(self, term: str) -> Q:
        return number(term, *self.numbered) | of_member(term, *self.whose)


@admin.register(Revision)
class RevisionAdmin(Kept):
    list_display = ("id", "post", "version", "author", "created_at", "summary")
    list_select_related = ("post", "author")
    list_filter = (("author", AutocompleteSelectFilter),)
    numbered, whose = ("pk", "post"), ("author",)
    fields = ("post", "version", "author", "created_at", "title", "summary", "body")


@admin.register(Vote)
class VoteAdmin(Kept):
    list_display = ("id", "post", "member", "value", "created_at")
    list_select_related = ("post", "member")
    list_filter = (("member", AutocompleteSelectFilter), "value")
    numbered = ("pk", "post")
    fields = ("post", "member", "value", "created_at")


@admin.register(Upload)
class UploadAdmin(Kept):
    list_display = ("id", "file", "member", "bytes", "width", "height", "created_at")
    list_select_related = ("member",)
    list_filter = (("member", AutocompleteSelectFilter), ("created_at", RangeDateFilter))
    fields = ("member", "file", "bytes", "width", "height", "created_at")


@admin.register(Bounty)
class BountyAdmin(Kept):
    list_display = ("id", "topic", "member", "amount", "offered_at")
    list_select_related = ("topic", "member")
    numbered = ("pk", "topic")
    fields = ("topic", "member", "amount", "offered_at")


@admin.register(TopicLink)
class TopicLinkAdmin(Kept):
    list_display = ("id", "topic", "kind", "to", "created_at")
    list_select_related = ("topic", "to")
    numbered, whose = ("pk", "topic", "to"), ()
    fields = ("topic", "kind", "to", "created_at")
