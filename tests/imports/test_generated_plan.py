"""The laws that every plan of a generated community keeps, and that its texts can be read."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from community.forum import wording
from community.forum.models.places import TAG_NAME
from community.imports.generated.actions import (
    Accepted,
    Action,
    Commented,
    Edited,
    Followed,
    Joined,
    Posted,
    TopicStarted,
    Visited,
    Voted,
)
from community.imports.generated.plan import Plan, make_plan
from community.imports.generated.rhythm import presence, when_awake
from community.imports.generated.texts import TextError, load, read
from community.members.names import USERNAME, reserved

END = datetime(2026, 3, 18, 16, 30, tzinfo=UTC)
TEXTS = load()


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(7, END, topics=TEXTS)


def of(plan: Plan, kind: type) -> list[Any]:
    return [action for action in plan.actions if isinstance(action, kind)]


def posted(plan: Plan) -> dict[tuple[str, int], Any]:
    return {(a.topic, getattr(a, "post", 0)): a for a in plan.actions if isinstance(a, TopicStarted | Posted)}


# Each law yields the actions that break it.


def nobody_acts_before_joining(plan: Plan) -> Iterator[Action]:
    joined = {action.username: action.at for action in of(plan, Joined)}
    yield from (action for action in plan.actions if action.at < joined[action.username])


def everything_lies_within_the_half_year(plan: Plan) -> Iterator[Action]:
    yield from (action for action in plan.actions if not plan.start <= action.at <= plan.end)


def actions_are_in_the_order_of_time(plan: Plan) -> Iterator[Action]:
    pairs = zip(plan.actions, plan.actions[1:], strict=False)
    yield from (later for earlier, later in pairs if (later.at, later.rank) < (earlier.at, earlier.rank))


def nothing_happens_to_a_post_before_it_is_there(plan: Plan) -> Iterator[Action]:
    there: set[tuple[str, int]] = set()
    for action in plan.actions:
        if isinstance(action, TopicStarted):
            there.add((action.topic, 0))
        elif isinstance(action, Posted):
            if (action.topic, action.post - 1) not in there:
                yield action
            there.add((action.topic, action.post))
        elif isinstance(action, Commented | Edited | Accepted | Voted) and (action.topic, action.post) not in there:
            yield action


def comments_keep_their_order(plan: Plan) -> Iterator[Action]:
    said: Counter[tuple[str, int]] = Counter()
    for action in of(plan, Commented):
        if action.comment != said[action.topic, action.post]:
            yield action
        said[action.topic, action.post] += 1


def nobody_votes_on_their_own_post_or_twice(plan: Plan) -> Iterator[Action]:
    authors, seen = posted(plan), set()
    for vote in of(plan, Voted):
        key = vote.username, vote.topic, vote.post
        if authors[vote.topic, vote.post].username == vote.username or key in seen or vote.value not in (1, -1):
            yield vote
        seen.add(key)


def only_the_asker_accepts_and_one_answer(plan: Plan) -> Iterator[Action]:
    askers, accepted = posted(plan), set()
    for accept in of(plan, Accepted):
        if askers[accept.topic, 0].username != accept.username or accept.topic in accepted:
            yield accept
        accepted.add(accept.topic)


def posts_are_edited_by_their_authors(plan: Plan) -> Iterator[Action]:
    authors = posted(plan)
    yield from (edit for edit in of(plan, Edited) if authors[edit.topic, edit.post].username != edit.username)


def everybody_reads_the_language_they_write(plan: Plan) -> Iterator[Action]:
    people = {action.username: action.person for action in of(plan, Joined)}
    for action in plan.actions:
        if topic := plan.topics.get(getattr(action, "topic", "")):
            person = people[action.username]
            readable = person.moderator if topic.category == "Moderators" else topic.language in person.reads
            if not readable:
                yield action


def each_text_is_said_once(plan: Plan) -> Iterator[Any]:
    said = Counter((a.topic, getattr(a, "post", 0)) for a in plan.actions if isinstance(a, TopicStarted | Posted))
    wanted = {(topic.key, number) for topic in plan.topics.values() for number in range(len(topic.posts))}
    yield from wanted.symmetric_difference(said)
    yield from (key for key, count in said.items() if count > 1)


def one_speaker_is_one_member(plan: Plan) -> Iterator[Any]:
    cast: dict[tuple[str, str], set[str]] = defaultdict(set)
    for action in plan.actions:
        if isinstance(action, TopicStarted | Posted):
            post = plan.topics[action.topic].posts[getattr(action, "post", 0)]
            cast[action.topic, post.speaker].add(action.username)
        elif isinstance(action, Commented):
            comment = plan.topics[action.topic].posts[action.post].comments[action.comment]
            cast[action.topic, comment.speaker].add(action.username)
    yield from (speaker for speaker, names in cast.items() if len(names) != 1)
    members: dict[str, list[str]] = defaultdict(list)
    for (topic, _), names in cast.items():
        members[topic] += names
    yield from (topic for topic, names in members.items() if len(set(names)) != len(names))


def nobody_follows_themselves_or_twice(plan: Plan) -> Iterator[Action]:
    seen = set()
    for follow in of(plan, Followed):
        key = follow.username, follow.kind, follow.target
        if follow.target == follow.username or key in seen:
            yield follow
        seen.add(key)


LAWS: list[Callable[[Plan], Iterator[Any]]] = [
    nobody_acts_before_joining,
    everything_lies_within_the_half_year,
    actions_are_in_the_order_of_time,
    nothing_happens_to_a_post_before_it_is_there,
    comments_keep_their_order,
    nobody_votes_on_their_own_post_or_twice,
    only_the_asker_accepts_and_one_answer,
    posts_are_edited_by_their_authors,
    everybody_reads_the_language_they_write,
    each_text_is_said_once,
    one_speaker_is_one_member,
    nobody_follows_themselves_or_twice,
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_plan_keeps_the_law(plan: Plan, law: Callable[[Plan], Iterator[Any]]) -> None:
    assert list(law(plan)) == []


# A failing plan is told by its law; shrinking it would take minutes.
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    seed=st.integers(0, 10_000),
    days=st.integers(-2000, 2000),
    minutes=st.integers(0, 1440),
    first=st.integers(0, len(TEXTS) - 12),
)
def test_the_laws_hold_for_any_seed_end_and_texts(seed: int, days: int, minutes: int, first: int) -> None:
    end = END + timedelta(days=days, minutes=minutes)
    small = make_plan(seed, end, topics=TEXTS[first : first + 12], members=70)
    assert [(law.__name__, broken) for law in LAWS for broken in law(small)] == []


def test_the_same_seed_and_end_give_the_same_plan() -> None:
    first, second, other = (make_plan(seed, END, topics=TEXTS[:6], members=60) for seed in (1, 1, 2))
    assert first == second
    assert first.actions != other.actions


def test_a_plan_needs_an_aware_end() -> None:
    with pytest.raises(ValueError, match="time zone"):
        make_plan(1, datetime(2026, 1, 1))  # noqa: DTZ001


def test_too_few_members_for_the_parts_is_an_error() -> None:
    with pytest.raises(ValueError, match="speakers, but only"):
        make_plan(1, END, topics=TEXTS[:20], members=4)


# What makes it believable.


def test_it_is_as_large_as_promised(plan: Plan) -> None:
    people = [action.person for action in of(plan, Joined)]
    assert len({person.username for person in people}) == len(people) >= 300
    assert 3000 <= len(of(plan, Voted)) <= 5000
    assert sum("zh" in person.reads for person in people) > 60
    assert {language for person in people if person.moderator for language in person.reads} == {"en", "zh"}


def test_growth_accelerates_and_recent_weeks_are_the_liveliest(plan: Plan) -> None:
    for kind in (Joined, TopicStarted, Visited):
        weeks = Counter((plan.end - action.at).days // 7 for action in of(plan, kind))
        assert sum(weeks[w] for w in range(6)) > 2 * sum(weeks[w] for w in range(14, 20))
    today = [action for action in of(plan, TopicStarted) if plan.end - action.at < timedelta(days=1)]
    assert len(today) >= 3


def test_better_posts_get_more_votes_and_down_votes_are_rare(plan: Plan) -> None:
    ups = Counter((vote.topic, vote.post) for vote in of(plan, Voted) if vote.value > 0)
    by_quality: dict[int, list[int]] = defaultdict(list)
    for topic in plan.topics.values():
        for number, post in enumerate(topic.posts):
            by_quality[post.quality].append(ups[topic.key, number])
    means = [sum(by_quality[quality]) / len(by_quality[quality]) for quality in (2, 3, 4, 5)]
    assert means == sorted(means)
    assert means[-1] > 3 * means[0]
    downs = sum(vote.value < 0 for vote in of(plan, Voted))
    assert 0 < downs < 0.05 * len(of(plan, Voted))


def test_many_come_once_and_a_core_stays(plan: Plan) -> None:
    days = defaultdict(set)
    for visit in of(plan, Visited):
        days[visit.username].add(visit.at.date())
    counts = sorted(len(dates) for dates in days.values())
    assert sum(count == 1 for count in counts) > 0.25 * len(counts)
    assert sum(count >= 15 for count in counts) > 0.1 * len(counts)
    assert sum(counts[-len(counts) // 5 :]) > 0.5 * sum(counts)


def test_people_rest_at_night_and_at_the_weekend(plan: Plan) -> None:
    zones = {action.username: action.person.time_zone for action in of(plan, Joined)}
    visits = of(plan, Visited)
    weekend = sum(visit.at.weekday() >= 5 for visit in visits) / len(visits)
    assert weekend < 0.25
    night = sum(when_awake(v.at, zones[v.username], Random(0)) != v.at for v in visits) / len(visits)
    assert night < 0.15


def test_presence_follows_the_members_own_clock() -> None:
    noon_in_shanghai = datetime(2026, 3, 18, 4, 0, tzinfo=UTC)
    assert presence(noon_in_shanghai, "Asia/Shanghai") > 4 * presence(noon_in_shanghai, "Europe/London")


def test_chinese_is_written_by_those_who_know_it(plan: Plan) -> None:
    people = {action.username: action.person for action in of(plan, Joined)}
    for action in of(plan, TopicStarted) + of(plan, Posted):
        body = plan.topics[action.topic].posts[getattr(action, "post", 0)].body
        if re.search("[\u4e00-\u9fff]{4}", body):
            assert "zh" in people[action.username].reads


# The texts.


def test_there_are_texts_enough_in_both_languages_and_all_categories() -> None:
    languages = Counter(topic.language for topic in TEXTS)
    assert languages["en"] >= 70
    assert languages["zh"] >= 35
    assert {topic.category for topic in TEXTS} == {
        "Questions",
        "Discussions",
        "Show and tell",
        "Site feedback",
        "中文",
        "Moderators",
    }
    assert len({topic.title for topic in TEXTS}) == len(TEXTS)
    assert any(topic.kind == "question" and len(topic.posts) == 1 for topic in TEXTS)


@pytest.mark.parametrize("topic", TEXTS, ids=lambda topic: topic.key)
def test_a_text_is_well_made(topic: Any) -> None:
    bodies = [post.body for post in topic.posts] + [c.body for post in topic.posts for c in post.comments]
    assert all(body.count("```") % 2 == 0 for body in bodies)
    assert 1 <= len(topic.tags) <= 5
    assert len(topic.title) <= 120
    assert not re.search(r"great question|in conclusion|lorem ipsum|hope this helps|delve", " ".join(bodies), re.I)


def test_texts_and_people_fit_the_forums_rules(plan: Plan) -> None:
    for topic in TEXTS:
        wording.title(topic.title)
        for post in topic.posts:
            wording.body(f"{post.body}\n\n{post.addition}")
            for comment in post.comments:
                wording.comment(comment.body)
    for tag in {tag for topic in TEXTS for tag in topic.tags}:
        TAG_NAME(tag)
        assert tag == tag.lower()
    for person in (action.person for action in of(plan, Joined)):
        USERNAME(person.username)
        assert not reserved(person.username)
        assert len(person.display_name) <= 80


HEAD = "---\ntitle: T\nkind: question\ncategory: Questions\ntags: a, b\n---\nBody\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write_text(text: str) -> Path:
        path = tmp_path / "en" / "topic.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


def test_a_text_is_read_with_its_marks(write: Callable[[str], Path]) -> None:
    text = "%% comment by=op\nC1\n\n%% answer quality=4 accepted\nA\n\n%% comment by=author\nC2\n\n%% edit\nMore\n"
    topic = read(write(HEAD + text))
    assert (topic.key, topic.language, topic.tags) == ("en/topic", "en", ("a", "b"))
    opening, answer = topic.posts
    assert [(comment.speaker, comment.body) for comment in opening.comments] == [("op", "C1")]
    assert (answer.quality, answer.accepted, answer.addition) == (4, True, "More")
    assert answer.comments[0].speaker == answer.speaker


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no front matter", r"topic\.md:1: front matter"),
        (HEAD.replace("tags: a, b", "tag: a"), r":5: expected 'key: value'"),
        (HEAD.replace("tags: a, b\n", ""), r":1: missing tags"),
        (HEAD.replace("question", "quiz", 1), r":1: kind 'quiz'"),
        (HEAD.replace("Questions", "Other"), r"unknown category 'Other'"),
        (HEAD + "%% answer quality=6\nA", r":8: quality '6' is not 1-5"),
        (HEAD + "%% answer best\nA", r":8: unknown mark best"),
        (HEAD + "%% reply\nA", r":8: '%% reply' does not fit here"),
        (HEAD + "%% answer\n\n%% answer\nB", r":8: an empty text"),
        (HEAD + "%% answer accepted\nA\n%% answer accepted\nB", r"more than one accepted answer"),
        (HEAD.replace("question", "article", 1) + "%% reply to=3\nA", r":8: to=3 is no earlier post"),
    ],
)
def test_a_broken_text_names_its_file_and_line(write: Callable[[str], Path], text: str, message: str) -> None:
    with pytest.raises(TextError, match=message):
        read(write(text))
