import pytest

from growth.campaigns.admin import estimates
from growth.campaigns.models import Campaign
from growth.campaigns.planning import acting, creating
from tests.growth.campaigns import builders
from tests.growth.campaigns.admin.conftest import LIST

pytestmark = pytest.mark.django_db
WRITTEN = ({"key": "only", "name": "Only", "content": {"texts": {"en": {"title": "Hello"}}}},)


def act(client, campaign, name, /, **given):
    if name == "approve" and "seen" not in given:
        given["seen"] = client.get(f"{LIST}{campaign.pk}/approve/").context["form"]["seen"].value()
    return client.post(f"{LIST}{campaign.pk}/{name}/", {"why": "", **given})


def state(campaign) -> str:
    campaign.refresh_from_db()
    return campaign.state


def test_one_writes_another_approves_and_it_goes_out(boss, colleague, admin):
    campaign = builders.campaign(by=admin, variations=WRITTEN)
    assert act(boss, campaign, "submit").status_code == 302
    told = boss.get(f"{LIST}{campaign.pk}/approve/").content.decode()
    assert "somebody else approves it" in told
    act(boss, campaign, "approve")
    assert state(campaign) == "review"
    assert act(colleague, campaign, "approve", why="Good.").status_code == 302
    assert (state(campaign), campaign.approved_by.username) == ("scheduled", "colleague")
    assert act(boss, campaign, "launch", typed="no").status_code == 200
    assert act(boss, campaign, "launch", typed=campaign.key).status_code == 302
    assert state(campaign) == "running"


def test_who_changed_it_does_not_approve_it_either(colleague, boss, admin):
    campaign = builders.campaign(variations=WRITTEN)
    creating.change(campaign, by=admin, name="Other")
    acting.submit(campaign, by=None)
    act(boss, campaign, "approve")
    assert state(campaign) == "review"
    act(colleague, campaign, "approve")
    assert state(campaign) == "scheduled"


def test_what_was_changed_since_the_page_was_opened_is_not_approved(boss, colleague, admin):
    campaign = builders.campaign(by=admin, variations=WRITTEN)
    acting.submit(campaign, by=admin)
    page = colleague.get(campaign.get_absolute_url()).content.decode()
    seen = acting.last_change(campaign)
    leads = f"{LIST}{campaign.pk}/approve/?seen={seen}"
    assert f'href="{leads}"' in page
    creating.change(campaign, by=admin, name="Other")
    acting.submit(campaign, by=admin)
    assert f'name="seen" value="{seen}"' in colleague.get(leads).content.decode()
    assert "look again" in act(colleague, campaign, "approve", seen=seen).content.decode()
    assert "This field is required." in act(colleague, campaign, "approve", seen="").content.decode()
    assert state(campaign) == "review"
    act(colleague, campaign, "approve")
    assert state(campaign) == "scheduled"


@pytest.mark.parametrize(("name", "to"), [("pause", "paused"), ("finish", "finished"), ("cancel", "cancelled")])
def test_what_runs_is_stopped_with_a_reason(boss, admin, name, to):
    campaign = builders.launched(variations=WRITTEN)
    assert act(boss, campaign, name, why="").status_code == 200
    assert act(boss, campaign, name, why="It is wrong.").status_code == 302
    assert state(campaign) == to
    change = campaign.changes.first()
    assert (change.by, change.why) == (admin, "It is wrong.")


def test_what_is_paused_says_why_and_goes_on(boss):
    campaign = builders.launched(variations=WRITTEN)
    act(boss, campaign, "pause", why="A typing error.")
    assert "A typing error." in boss.get(campaign.get_absolute_url()).content.decode()
    act(boss, campaign, "resume", why="It is right.")
    assert state(campaign) == "running"


def test_a_test_is_stopped_with_a_winner(boss):
    arms = [{"key": "a", "name": "Short"}, {"key": "b", "name": "Long"}]
    campaign = builders.launched(variations=arms)
    page = boss.get(f"{LIST}{campaign.pk}/stop_test/").content.decode()
    assert "Short" in page
    act(boss, campaign, "stop_test", winner="1", why="It won.")
    assert (state(campaign), campaign.winner) == ("running", 1)
    assert "stop_test" not in [one.key for one in boss.get(campaign.get_absolute_url()).context["acts"]]


def test_a_test_without_a_winner_ends_the_campaign(boss):
    campaign = builders.launched(variations=WRITTEN)
    act(boss, campaign, "stop_test", winner="nothing", why="It did harm.")
    assert (state(campaign), campaign.winner) == ("finished", None)


def test_it_is_given_another_time(boss):
    campaign = builders.approved(variations=WRITTEN)
    act(boss, campaign, "schedule", at="2030-01-02T10:00")
    campaign.refresh_from_db()
    assert campaign.starts_at.isoformat() == "2030-01-02T10:00:00+00:00"


def test_a_copy_is_a_draft_of_another_key(boss):
    campaign = builders.launched(variations=WRITTEN, key="spring")
    assert 'value="spring-2"' in boss.get(f"{LIST}{campaign.pk}/clone/").content.decode()
    assert "There is a campaign of this key." in act(boss, campaign, "clone", name="S", key="spring").content.decode()
    act(boss, campaign, "clone", name="Spring again", key="spring-2")
    made = Campaign.objects.get(key="spring-2")
    assert (made.state, made.variations.count()) == ("draft", 1)


def test_what_is_missing_is_told_before_it_is_handed_in(boss):
    campaign = builders.campaign(channels=[], variations=[])
    page = boss.get(f"{LIST}{campaign.pk}/submit/").content.decode()
    assert "Choose at least one channel." in page
    act(boss, campaign, "submit")
    assert state(campaign) == "draft"


def test_a_text_that_cannot_be_sent_is_missing_too(boss):
    campaign = builders.campaign(variations=[{"key": "only", "content": {"texts": {"en": {"title": "{{ nothing }}"}}}}])
    assert "There is no variable" in boss.get(f"{LIST}{campaign.pk}/submit/").content.decode()


def test_an_act_out_of_turn_is_told_and_not_done(boss):
    campaign = builders.campaign()
    assert "this cannot be done with it now" in act(boss, campaign, "pause", why="So.").content.decode()
    assert state(campaign) == "draft"


def test_each_act_has_its_permission(staff_with):
    campaign = builders.campaign(variations=WRITTEN)
    client = staff_with("view_campaign", "change_campaign")
    assert client.get(f"{LIST}{campaign.pk}/submit/").status_code == 200
    assert act(client, campaign, "cancel", why="So.").status_code == 403
    assert act(client, campaign, "clone", name="A", key="a").status_code == 403
    assert state(campaign) == "draft"


def test_what_is_to_be_expected_is_told_before_it_goes_out(boss, alice, bob):
    campaign = builders.campaign(variations=WRITTEN, holdout=0)
    address = f"{LIST}{campaign.pk}/estimate/"
    part, page = boss.get(address, headers={"HX-Request": "true"}).content.decode(), boss.get(address).content.decode()
    assert ("<html" in part, "<html" in page) == (False, True)
    for told in (part, page):
        assert "3 members take part. Held back for comparison: 0." in told
        assert "3 can be reached" in told


def test_no_page_waits_for_what_is_to_be_expected(boss, colleague, admin, monkeypatch):
    monkeypatch.delattr(estimates, "estimate")
    campaign = builders.campaign(by=admin, variations=WRITTEN)
    part = f'hx-get="{LIST}{campaign.pk}/estimate/" hx-trigger="load"'
    for client, name, given in ((boss, "submit", {}), (colleague, "approve", {}), (boss, "launch", {"typed": "no"})):
        assert part in client.get(f"{LIST}{campaign.pk}/{name}/").content.decode()
        assert (part in client.get(campaign.get_absolute_url()).content.decode()) == (name != "submit")
        act(client, campaign, name, **given)
    assert state(campaign) == "scheduled"
    act(boss, campaign, "launch", typed=campaign.key)
    assert part not in boss.get(campaign.get_absolute_url()).content.decode()
    assert boss.get(f"{LIST}{campaign.pk}/estimate/").status_code == 404


def test_what_is_to_be_expected_is_not_told_to_everybody(staff_with):
    campaign = builders.campaign(variations=WRITTEN)
    assert staff_with("view_provider").get(f"{LIST}{campaign.pk}/estimate/").status_code == 403
