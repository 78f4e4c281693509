"""Forms of the forum: they check shape; who may do what is the verbs' to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import Jinja2
from django.utils.translation import gettext_lazy as _

from community.forum.models import Category, Topic
from community.forum.models.places import TAG_NAME

BODY_MAX = 60_000


def _textarea(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class TagsField(forms.Field):
    """Tags typed with spaces or commas between them; cleans to a list of names, at most five."""

    def to_python(self, value: Any) -> list[str]:
        names = list(dict.fromkeys((value or "").replace(",", " ").replace("，", " ").replace("#", " ").split()))
        for name in names:
            TAG_NAME(name)
        if len(names) > 5:
            raise forms.ValidationError(_("Five tags are enough: take away %(n)d.") % {"n": len(names) - 5})
        return names

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list) else value


class TopicForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Topic.Kind.choices, widget=forms.RadioSelect, initial="question")
    title = forms.CharField(
        label=_("Title"),
        min_length=8,
        max_length=200,
        help_text=_("Ask it as you would ask a colleague, in one sentence."),
    )
    body = forms.CharField(label=_("Text"), min_length=10, max_length=BODY_MAX, strip=False, widget=_textarea(14))
    tags = TagsField(label=_("Tags"), required=False, help_text=_("Up to five, with spaces between them."))
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.none(), empty_label=None)

    def __init__(self, *args: Any, categories: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = categories  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    default_renderer = Jinja2()  # a fifth of the time of Django's templates, on the page that is opened most

    body = forms.CharField(label=_("Your answer"), min_length=10, max_length=BODY_MAX, strip=False, widget=_textarea(8))
    in_reply_to = forms.IntegerField(required=False, widget=forms.HiddenInput)


class CommentForm(forms.Form):
    body = forms.CharField(label=_("Comment"), min_length=5, max_length=2000, widget=_textarea(2))


class EditForm(forms.Form):
    """Of a post; `title` and `tags` only of a topic's opening."""

    title = forms.CharField(label=_("Title"), min_length=8, max_length=200)
    body = forms.CharField(label=_("Text"), min_length=10, max_length=BODY_MAX, strip=False, widget=_textarea(16))
    tags = TagsField(label=_("Tags"), required=False)
    summary = forms.CharField(label=_("What you changed, in a few words"), max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, opening: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not opening:
            del self.fields["title"], self.fields["tags"]
