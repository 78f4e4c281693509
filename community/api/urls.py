"""Every address of the API, resource by resource; each is in the module of its name under resources/."""

from django.urls import path, re_path

from community.api import docs
from community.api.resources import (
    acceptances,
    bookmarks,
    categories,
    comments,
    drafts,
    events,
    flags,
    follows,
    leaderboards,
    me,
    members,
    notifications,
    points,
    posts,
    revisions,
    search,
    tags,
    topics,
    votes,
)

app_name = "api"

urlpatterns = [  # under api/v1/
    path("schema/", docs.schema, name="schema"),
    path("docs/", docs.page, name="docs"),
    path("me/", me.Me.as_view(), name="me"),
    # topics/
    path("topics/", topics.Topics.as_view(), name="topics"),
    path("topics/<int:topic_id>/", topics.TopicDetail.as_view(), name="topic"),
    path("topics/<int:topic_id>/restore/", topics.TopicRestoration.as_view(), name="topic-restore"),
    path("topics/<int:topic_id>/closure/", topics.TopicClosure.as_view(), name="topic-closure"),
    path("topics/<int:topic_id>/pin/", topics.TopicPin.as_view(), name="topic-pin"),
    path("topics/<int:topic_id>/category/", topics.TopicCategory.as_view(), name="topic-category"),
    path("topics/<int:topic_id>/merge/", topics.TopicMerge.as_view(), name="topic-merge"),
    path("topics/<int:topic_id>/reading/", topics.TopicReading.as_view(), name="topic-reading"),
    path("topics/<int:topic_id>/follow/", follows.TopicFollow.as_view(), name="topic-follow"),
    path("topics/<int:topic_id>/acceptance/", acceptances.TopicAcceptance.as_view(), name="topic-acceptance"),
    path("topics/<int:topic_id>/posts/", posts.TopicPosts.as_view(), name="topic-posts"),
    # posts/
    path("posts/<int:post_id>/", posts.PostDetail.as_view(), name="post"),
    path("posts/<int:post_id>/restore/", posts.PostRestoration.as_view(), name="post-restore"),
    path("posts/<int:post_id>/revisions/", revisions.PostRevisions.as_view(), name="post-revisions"),
    path("posts/<int:post_id>/revert/", revisions.PostReversion.as_view(), name="post-revert"),
    path("posts/<int:post_id>/vote/", votes.PostVote.as_view(), name="post-vote"),
    path("posts/<int:post_id>/bookmark/", bookmarks.PostBookmark.as_view(), name="post-bookmark"),
    path("posts/<int:post_id>/comments/", comments.PostComments.as_view(), name="post-comments"),
    path("posts/<int:post_id>/flags/", flags.PostFlags.as_view(), name="post-flags"),
    # comments/
    path("comments/<int:comment_id>/", comments.CommentDetail.as_view(), name="comment"),
    path("comments/<int:comment_id>/restore/", comments.CommentRestoration.as_view(), name="comment-restore"),
    path("comments/<int:comment_id>/flags/", flags.CommentFlags.as_view(), name="comment-flags"),
    # what one keeps
    path("bookmarks/", bookmarks.Bookmarks.as_view(), name="bookmarks"),
    path("follows/", follows.Follows.as_view(), name="follows"),
    path("drafts/", drafts.Drafts.as_view(), name="drafts"),
    path("drafts/<str:key>/", drafts.DraftDetail.as_view(), name="draft"),
    path("notifications/", notifications.Notifications.as_view(), name="notifications"),
    path("notifications/read/", notifications.NotificationsRead.as_view(), name="notifications-read"),
    # places
    path("categories/", categories.Categories.as_view(), name="categories"),
    path("categories/<str:slug>/", categories.CategoryDetail.as_view(), name="category"),
    path("tags/", tags.Tags.as_view(), name="tags"),
    path("tags/<str:tag>/", tags.TagDetail.as_view(), name="tag"),
    path("tags/<str:tag>/follow/", follows.TagFollow.as_view(), name="tag-follow"),
    # members/
    path("members/", members.Members.as_view(), name="members"),
    path("members/<str:username>/", members.MemberDetail.as_view(), name="member"),
    path("members/<str:username>/follow/", follows.MemberFollow.as_view(), name="member-follow"),
    path("members/<str:username>/points/", points.MemberPoints.as_view(), name="member-points"),
    path("members/<str:username>/points/entries/", points.MemberEntries.as_view(), name="member-entries"),
    path("leaderboard/", leaderboards.Leaderboard.as_view(), name="leaderboard"),
    path("leaderboard/me/", leaderboards.MyPlace.as_view(), name="leaderboard-me"),
    path("events/", events.Events.as_view(), name="events"),
    path("events", events.without_slash),
    path("events/declared/", events.Declarations.as_view(), name="declared-events"),
    path("search/", search.Search.as_view(), name="search"),
    # flags/
    path("flags/", flags.Flags.as_view(), name="flags"),
    path("flags/<int:flag_id>/verdict/", flags.FlagVerdict.as_view(), name="flag-verdict"),
    re_path("", docs.nowhere),  # without a redirect to the address with a slash, on which a body would be lost
]
