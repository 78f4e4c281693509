"""Read the texts of the generated community: one Markdown file a topic, under texts/<language>/.

A file starts with front matter and the opening post; each further post or comment follows a marker line:

    ---
    title: Why does Celery run my task twice?
    kind: question
    category: Questions
    tags: celery, redis
    ---
    The body of the question.

    %% comment                           on the post above (questions only)
    %% answer quality=4 accepted         a question's answer; a discussion or an article has `%% reply to=1`
    %% comment by=op                     the opener speaks; by=author is the author of the post above
    %% edit                              text that the author of the post above adds to it later

A line that starts with "%% " is a marker, always. Files keep the order of time. `by=A` names a speaker who appears
more than once in the topic, `by=moderator` is spoken by one; a part without `by` is somebody new. Optional keys:
`quality` (1-5, of the opening), `weeks_ago` (when the topic was opened) and `pinned`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("en", "zh")
KINDS = {"question": "answer", "discussion": "reply", "article": "reply"}
CATEGORIES = {"Questions", "Discussions", "Show and tell", "Site feedback", "中文", "Moderators"}
REQUIRED = ("title", "kind", "category", "tags")
OPTIONAL = ("quality", "weeks_ago", "pinned")
OPENER = "op"
MODERATOR = "moderator"


class TextError(ValueError):
    """A text that cannot be read; the message starts with file:line."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")


@dataclass(frozen=True)
class CommentText:
    speaker: str  # who says it, a label unique within the topic
    body: str


@dataclass(frozen=True)
class PostText:
    speaker: str
    body: str
    quality: int = 3
    accepted: bool = False
    reply_to: int | None = None  # number of the earlier post it answers; None where it answers the opening
    addition: str = ""  # what its author adds later by an edit
    comments: tuple[CommentText, ...] = ()


@dataclass(frozen=True)
class TopicText:
    key: str  # "en/celery-runs-twice"
    language: str  # "en" or "zh"
    title: str
    kind: str
    category: str
    tags: tuple[str, ...]
    posts: tuple[PostText, ...]  # posts[0] is the opening
    weeks_ago: float | None = None
    pinned: bool = False


@dataclass(frozen=True)
class _Section:
    line: int
    marker: str  # "" for the opening
    body: str

    @property
    def name(self) -> str:
        return self.marker.split()[0] if self.marker else ""


def load(folder: Path = TEXTS) -> tuple[TopicText, ...]:
    """Every topic under the folder, by key. Raises TextError."""
    return tuple(read(path) for path in sorted(folder.glob("*/*.md")))


def read(path: Path) -> TopicText:
    """One topic's file; its language is the name of its folder. Raises TextError."""
    lines = path.read_text(encoding="utf-8").splitlines()
    meta, after = _front_matter(path, lines)
    sections = list(_sections(lines, after))
    for section in sections:
        if not section.body:
            raise TextError(path, section.line, "an empty text")
    return TopicText(
        key=f"{path.parent.name}/{path.stem}",
        language=path.parent.name,
        title=meta["title"],
        kind=meta["kind"],
        category=meta["category"],
        tags=tuple(tag.strip() for tag in meta["tags"].split(",") if tag.strip()),
        posts=_posts(path, meta, sections),
        weeks_ago=float(meta["weeks_ago"]) if "weeks_ago" in meta else None,
        pinned=meta.get("pinned") == "yes",
    )


def _front_matter(path: Path, lines: list[str]) -> tuple[dict[str, str], int]:
    """The keys between the two '---' lines, and the index of the first line after them."""
    if not lines or lines[0] != "---" or "---" not in lines[1:]:
        raise TextError(path, 1, "front matter between two lines '---' is missing")
    end = lines.index("---", 1)
    meta = {}
    for number, line in enumerate(lines[1:end], start=2):
        key, colon, value = line.partition(":")
        if not colon or key not in REQUIRED + OPTIONAL or not value.strip():
            raise TextError(path, number, f"expected 'key: value' with a key of {', '.join(REQUIRED + OPTIONAL)}")
        meta[key] = value.strip()
    _check_meta(path, meta)
    return meta, end + 1


def _check_meta(path: Path, meta: dict[str, str]) -> None:
    missing = [key for key in REQUIRED if key not in meta]
    if missing:
        raise TextError(path, 1, f"missing {', '.join(missing)}")
    if meta["kind"] not in KINDS:
        raise TextError(path, 1, f"kind {meta['kind']!r} is not one of {', '.join(KINDS)}")
    if meta["category"] not in CATEGORIES:
        raise TextError(path, 1, f"unknown category {meta['category']!r}")
    if "weeks_ago" in meta and not meta["weeks_ago"].replace(".", "", 1).isdigit():
        raise TextError(path, 1, f"weeks_ago {meta['weeks_ago']!r} is not a number")


def _sections(lines: list[str], start: int) -> Iterator[_Section]:
    body: list[str] = []
    first, marker = start + 1, ""
    for number, line in enumerate(lines[start:], start=start + 1):
        if line.startswith("%% "):
            yield _Section(first, marker, "\n".join(body).strip())
            first, marker, body = number, line[3:].strip(), []
        else:
            body.append(line)
    yield _Section(first, marker, "\n".join(body).strip())


def _posts(path: Path, meta: dict[str, str], sections: list[_Section]) -> tuple[PostText, ...]:
    opening = PostText(OPENER, sections[0].body, _quality(path, 1, meta.get("quality", "3")))
    posts = [opening]
    for number, section in enumerate(sections[1:], start=1):
        if section.name == KINDS[meta["kind"]]:
            posts.append(_post(path, section, number, len(posts)))
        elif section.name == "comment" and meta["kind"] == "question":
            posts[-1] = _with_comment(path, section, number, posts[-1])
        elif section.name == "edit" and section.marker == "edit" and not posts[-1].addition:
            posts[-1] = replace(posts[-1], addition=section.body)
        else:
            raise TextError(path, section.line, f"'%% {section.marker}' does not fit here")
    if sum(post.accepted for post in posts) > 1:
        raise TextError(path, 1, "more than one accepted answer")
    return tuple(posts)


def _post(path: Path, section: _Section, number: int, index: int) -> PostText:
    allowed = {"quality", "by"} | ({"accepted"} if section.name == "answer" else {"to"})
    words = _words(path, section, allowed)
    target = words.get("to", "0")
    if not target.isdigit() or int(target) >= index:
        raise TextError(path, section.line, f"to={target} is no earlier post")
    return PostText(
        speaker=words.get("by", f"speaker {number}"),
        body=section.body,
        quality=_quality(path, section.line, words.get("quality", "3")),
        accepted="accepted" in words,
        reply_to=int(target) or None,
    )


def _with_comment(path: Path, section: _Section, number: int, post: PostText) -> PostText:
    speaker = _words(path, section, {"by"}).get("by", f"speaker {number}")
    comment = CommentText(post.speaker if speaker == "author" else speaker, section.body)
    return replace(post, comments=(*post.comments, comment))


def _words(path: Path, section: _Section, allowed: set[str]) -> dict[str, str]:
    """The words after the marker's name: 'quality=4 accepted' is {"quality": "4", "accepted": ""}."""
    pairs = (word.partition("=") for word in section.marker.split()[1:])
    words = {key: value for key, _, value in pairs}
    if unknown := set(words) - allowed:
        raise TextError(path, section.line, f"unknown mark {', '.join(sorted(unknown))}")
    return words


def _quality(path: Path, line: int, text: str) -> int:
    if text not in {"1", "2", "3", "4", "5"}:
        raise TextError(path, line, f"quality {text!r} is not 1-5")
    return int(text)
