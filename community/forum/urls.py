from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from community.forum import syndication
from community.forum.feeds import FEEDS, PERIODS
from community.forum.views import acts, finding, history, lists, mine, topics, writing
from community.forum.views import tags as tag_pages

app_name = "forum"


class FeedName(StringConverter):
    regex = "|".join(name for name in FEEDS if name not in ("hot", "top"))


class PeriodName(StringConverter):
    regex = "|".join(PERIODS)


register_converter(FeedName, "feed")
register_converter(PeriodName, "span")

# One list in its feeds, as a page, as Atom and as RSS: below /, /c/<slug>/ and /tags/<name>/
listing = [
    path("feed.atom", syndication.TopicsAtom(), name="atom"),
    path("feed.rss", syndication.TopicsRss(), name="rss"),
    path("<feed:feed>/", lists.feed, name="feed"),
    path("<feed:feed>/feed.atom", syndication.TopicsAtom()),
    path("<feed:feed>/feed.rss", syndication.TopicsRss()),
    path("top/<span:period>/", lists.feed, {"feed": "top"}, name="top"),
    path("top/<span:period>/feed.atom", syndication.TopicsAtom(), {"feed": "top"}),
    path("top/<span:period>/feed.rss", syndication.TopicsRss(), {"feed": "top"}),
]

# /t/<id>/…: a topic
topic = [
    path("", topics.topic_by_id, name="topic-by-id"),
    path("reply/", writing.reply, name="reply"),
    path("follow/", acts.follow_topic, name="follow-topic"),
    path("close/", acts.close, name="close"),
    path("pin/", acts.pin, name="pin"),
    path("move/", acts.move, name="move"),
    path("merge/", acts.merge, name="merge"),
    path("feed.atom", syndication.AnswersAtom(), name="topic-atom"),
    path("<str:slug>/", topics.topic, name="topic"),
]

# /p/<id>/…: a post
post = [
    path("", topics.post, name="post"),
    path("vote/", acts.vote, name="vote"),
    path("accept/", acts.accept, name="accept"),
    path("bookmark/", acts.bookmark, name="bookmark"),
    path("comment/", writing.comment, name="comment-on"),
    path("edit/", history.edit, name="edit"),
    path("revisions/", history.revisions, name="revisions"),
    path("revert/", history.revert, name="revert"),
    path("delete/", acts.delete_post, name="delete"),
    path("restore/", acts.restore_post, name="restore"),
]

# /comments/<id>/…
comment = [
    path("", topics.comment, name="comment"),
    path("edit/", writing.edit_comment, name="edit-comment"),
    path("delete/", acts.delete_comment, name="delete-comment"),
    path("restore/", acts.restore_comment, name="restore-comment"),
]

# What the pages for writing ask for while one types
writing_aids = [
    path("preview/", writing.preview, name="preview"),
    path("similar/", writing.similar, name="similar"),
    path("draft/", writing.save_draft, name="save-draft"),
    path("upload/", writing.upload, name="upload"),
    path("tags/", writing.tag_names, name="tag-names"),
]

urlpatterns = [
    path("", lists.feed, name="home"),
    path("", include(listing)),
    path("ask/", writing.ask, name="ask"),
    path("write/", include(writing_aids)),
    path("t/<int:pk>/", include(topic)),
    path("p/<int:pk>/", include(post)),
    path("comments/<int:pk>/", include(comment)),
    path("read/", acts.all_read, name="all-read"),
    path("tags/<int:pk>/follow/", acts.follow_tag, name="follow-tag"),
    path("members/<int:pk>/follow/", acts.follow_member, name="follow-member"),
    path("categories/", lists.categories, name="categories"),
    path("c/<str:category>/", lists.feed, name="category"),
    path("c/<str:category>/", include((listing, "category"), namespace="in-category")),
    path("tags/", lists.tags, name="tags"),
    path("search/", finding.results, name="search"),
    path("bookmarks/", mine.bookmarks, name="bookmarks"),
    path("bookmarks/drop/", mine.drop_draft, name="drop-draft"),
    path("tags/<str:tag>/about/", tag_pages.wiki, name="tag-wiki"),
    path("tags/<str:tag>/about/edit/", tag_pages.edit_wiki, name="edit-tag-wiki"),
    path("tags/<str:tag>/", lists.feed, name="tag"),
    path("tags/<str:tag>/", include((listing, "tag"), namespace="in-tag")),
]
