"""What admins start over all points and watch: the preview of a rule, boards built anew, the proof."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse

from community.desk.models import Act
from community.members.models import Member
from community.points import chores, rules
from community.points.boards import live, publishing
from community.points.models import Chore, Entry, Rule, RuleSet
from community.points.replaying import Terms
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(admin, client_of):
    return client_of(admin)


@pytest.fixture
def accepted(alice, bob, give) -> Rule:
    """Two acceptances for alice, one for bob."""
    for member in (alice, alice, bob):
        give(member, "answer_accepted")
    return rules.of_set("default")["answer_accepted"]


def previewed(rule: Rule, admin: Member, points: int = 30) -> Chore:
    made = chores.preview(rule, terms=Terms(points), by=admin)
    chores.work(made.pk)
    made.refresh_from_db()
    return made


def page_of(desk, chore: Chore) -> str:
    return desk.get(reverse("admin:points_chore_change", args=[chore.pk])).content.decode()


def test_a_preview_says_who_would_move_most_and_how_many_do(accepted, admin, alice, bob, carol):
    found = previewed(accepted, admin).result
    assert (found["moved"], found["up"], found["down"], found["members"]) == (2, 2, 0, 4)
    assert found["most"] == [
        {"id": alice.pk, "name": "alice", "now": 31, "then": 61},
        {"id": bob.pk, "name": "bob", "now": 16, "then": 31},
    ]


def test_a_preview_moves_nobody(accepted, admin, alice):
    before = Entry.objects.count()
    previewed(accepted, admin)
    assert Entry.objects.count() == before
    assert Member.objects.get(pk=alice.pk).points == 31


def test_applying_makes_the_next_version_for_what_comes(desk, accepted, admin, alice, give):
    chore = previewed(accepted, admin)
    assert "would stand elsewhere" in page_of(desk, chore)
    reply = desk.post(reverse("admin:points_chore_apply", args=[chore.pk]), follow=True).content.decode()
    assert "points given before stay as they are" in reply
    newest = rules.of_set("default")["answer_accepted"]
    assert (newest.version, newest.points, newest.created_by) == (2, 30, admin)
    assert give(alice, "answer_accepted").granted == 30
    assert Member.objects.get(pk=alice.pk).points == 61
    act = Act.objects.get(verb="apply")
    assert (act.changes["points"], act.changes["version"]) == ([15, 30], [1, 2])


def test_a_preview_is_applied_once_and_only_while_it_is_true(accepted, admin):
    first, second = previewed(accepted, admin), previewed(accepted, admin, points=20)
    chores.apply(first, by=admin)
    for chore in (first, second):
        with pytest.raises(ValidationError):
            chores.apply(chore, by=admin)
    waiting = chores.preview(rules.of_set("default")["answer_accepted"], terms=Terms(5), by=admin)
    with pytest.raises(ValidationError):
        chores.apply(waiting, by=admin)
    assert Rule.objects.filter(set__name="default", name="answer_accepted").count() == 2


def test_boards_are_built_anew_from_the_admin(desk, boards, alice, give, redis_client):
    give(alice, "answer_accepted")
    desk.post(reverse("admin:points_chore_start"), {"kind": "rebuild"})
    chore = Chore.objects.get()
    assert chore.state == "waiting"
    chores.work(chore.pk)
    assert live.everyone("all")[alice.pk] == 15
    assert "Every board was built anew" in page_of(desk, chore)


def test_the_proof_tells_what_differs(desk, alice):
    Member.objects.filter(pk=alice.pk).update(points_total=99)
    publishing.rebuild()
    desk.post(reverse("admin:points_chore_start"), {"kind": "verify"})
    chores.work(Chore.objects.get().pk)
    page = page_of(desk, Chore.objects.get())
    assert "1 difference." in page
    assert "balance 99" in page
    assert Act.objects.get().model == "points.chore"


def test_a_second_start_joins_the_first(desk):
    for _time in range(2):
        desk.post(reverse("admin:points_chore_start"), {"kind": "verify"})
    assert Chore.objects.count() == 1


def test_the_boards_page_shows_leaders_with_and_without_redis(desk, alice, give, boards, monkeypatch):
    give(alice, "answer_accepted")
    address = reverse("admin:points_boards")
    assert "alice" in desk.get(address).content.decode()
    with monkeypatch.context() as patch:
        patch.setattr(settings, "REDIS_DATA_URL", "unix:///nowhere.sock?db=0")
        page = desk.get(address).content.decode()
    assert "Redis is away" in page
    assert "alice" in page


def test_nothing_is_started_without_the_permission(client_of, accepted, admin):
    staff = client_of(builders.member("staff", is_staff=True))
    chore = previewed(accepted, admin)
    for address in (reverse("admin:points_chore_start"), reverse("admin:points_chore_apply", args=[chore.pk])):
        assert staff.post(address, {"kind": "verify"}).status_code == 403
    assert staff.get(reverse("admin:points_boards")).status_code == 403
    assert Chore.objects.count() == 1


@pytest.mark.parametrize(
    ("allowed", "holds"), [(["view_ruleset"], "default"), (["view_ruleset", "change_ruleset"], "new")]
)
def test_which_set_holds_is_for_those_to_say_who_may_change_it(client_of, allowed, holds):
    RuleSet.objects.create(name="new")
    staff = builders.member("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=allowed))
    given = {"action": "make_active", "_selected_action": [RuleSet.objects.get(name="new").pk]}
    client_of(staff).post(reverse("admin:points_ruleset_changelist"), given)
    assert RuleSet.objects.get(active=True).name == holds


def test_both_sets_are_told_of_in_the_audit(desk):
    old, new = RuleSet.objects.get(active=True), RuleSet.objects.create(name="new")
    desk.post(reverse("admin:points_ruleset_changelist"), {"action": "make_active", "_selected_action": [new.pk]})
    told = {act.object_id: act.changes for act in Act.objects.filter(model="points.ruleset", verb="make_active")}
    assert told == {str(old.pk): {"active": [True, False]}, str(new.pk): {"active": [False, True]}}
