"""Categories and tags for admins; topics, posts and comments to look at, to delete and to restore."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from community.forum import removing, tag_keeping
from community.forum.models import Category, Comment, Post, Tag, Topic
from community.members.models import Member


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ("name", "parent", "position", "readers", "posters", "colour")
    list_editable = ("position",)
    list_select_related = ("parent",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("reader_groups", "poster_groups")
    ordering = ("position", "name")


@admin.register(Tag)
class TagAdmin(ModelAdmin):
    """What is saved goes through the verbs of tag_keeping: topics and followers move along, and it is logged."""

    list_display = ("name", "synonym_of", "topic_count", "excerpt")
    list_select_related = ("synonym_of",)
    list_filter = (("synonym_of", admin.EmptyFieldListFilter),)
    search_fields = ("name",)
    fields = ("name", "synonym_of", "excerpt", "wiki")
    autocomplete_fields = ("synonym_of",)
    ordering = ("-topic_count", "name")
    show_full_result_count = False

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


class Written(ModelAdmin):
    """To look at. What members wrote is changed on the site, where its revisions are kept."""

    actions = ("delete_chosen", "restore_chosen")
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def view_on_site(self, obj: Topic | Post | Comment) -> str:
        return obj.get_absolute_url()

    @admin.action(description=_("Delete; can be restored"), permissions=["view"])
    def delete_chosen(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        self._each(request, chosen, removing.delete)

    @admin.action(description=_("Restore"), permissions=["view"])
    def restore_chosen(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        self._each(request, chosen, removing.restore)

    def _each(self, request: HttpRequest, chosen: QuerySet[Any], verb: Any) -> None:
        done = 0
        for thing in chosen:
            try:
                verb(thing, by=request.user)
                done += 1
            except PermissionDenied as refusal:
                self.message_user(request, f"{thing}: {refusal}", messages.ERROR)
        self.message_user(request, ngettext("%d done.", "%d done.", done) % done)


@admin.register(Topic)
class TopicAdmin(Written):
    list_display = ("title", "kind", "category", "author", "score", "reply_count", "created_at", "deleted_at")
    list_select_related = ("category", "author")
    list_filter = ("kind", "category", ("deleted_at", admin.EmptyFieldListFilter))
    search_fields = ("=pk", "title", "author__username__iexact")
    fields = (
        *("title", "kind", "category", "author", "created_at", "active_at", "score", "reply_count", "views"),
        *("pinned_at", "closed_at", "closed_by", "close_reason", "merged_into"),
        *("deleted_at", "deleted_by", "hidden_at"),
    )


@admin.register(Post)
class PostAdmin(Written):
    list_display = ("id", "topic", "number", "author", "score", "created_at", "deleted_at")
    list_select_related = ("topic", "author")
    list_filter = (("deleted_at", admin.EmptyFieldListFilter), ("hidden_at", admin.EmptyFieldListFilter), "wiki")
    search_fields = ("=pk", "author__username__iexact")
    fields = (
        *("topic", "number", "author", "in_reply_to", "format", "body", "wiki", "version"),
        *("created_at", "edited_at", "edited_by", "up", "down", "deleted_at", "deleted_by", "hidden_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        return super().get_queryset(request).defer("html", "search")


@admin.register(Comment)
class CommentAdmin(Written):
    list_display = ("id", "post", "author", "body", "created_at", "deleted_at")
    list_select_related = ("post", "author")
    list_filter = (("deleted_at", admin.EmptyFieldListFilter), ("hidden_at", admin.EmptyFieldListFilter))
    search_fields = ("=pk", "author__username__iexact")
    fields = ("post", "author", "body", "score", "version", "created_at", "edited_at", "deleted_at", "hidden_at")
