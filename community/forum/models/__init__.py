from community.forum.models.log import LogEntry
from community.forum.models.part import Bookmark, Draft, Follow, ReadMark, Upload, Vote
from community.forum.models.places import Audience, Category, Tag
from community.forum.models.posts import Comment, Format, Post, Revision
from community.forum.models.topics import Bounty, Topic, TopicLink

__all__ = [
    "Audience",
    "Bookmark",
    "Bounty",
    "Category",
    "Comment",
    "Draft",
    "Follow",
    "Format",
    "LogEntry",
    "Post",
    "ReadMark",
    "Revision",
    "Tag",
    "Topic",
    "TopicLink",
    "Upload",
    "Vote",
]
