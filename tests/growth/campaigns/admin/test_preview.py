import pytest

from growth.campaigns.models import Campaign
from tests.growth.campaigns.admin.conftest import LIST
from tests.growth.campaigns.admin.forms import TWO, filled

pytestmark = pytest.mark.django_db


def looked(client, **given) -> str:
    return client.post(f"{LIST}preview/", filled(**given)).content.decode()


def test_a_message_is_shown_as_a_real_member_would_get_it(boss, bob):
    arms = [{**TWO[0], "title_en": "Hello {{ member.username }}"}]
    page = looked(boss, arms=arms, look_member="bob", channels=("webpush", "webhook"))
    assert page.count("Hello bob") == 2
    assert "browser" in page
    assert not Campaign.objects.exists()


def test_a_member_who_reads_chinese_is_shown_the_chinese(boss, member_named):
    member_named("mei", language="zh-hans")
    assert "很高兴见到你" in looked(boss, look_member="@MEI", look_variation="2")


def test_a_source_that_finds_nothing_is_told(boss, bob):
    arms = [{**TWO[0], "title_en": "{{ item.title }}"}]
    page = looked(boss, arms=arms, source="unanswered_in_tags", look_member="bob")
    assert "they would get no message" in page


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"look_member": "nobody"}, "There is no member"),
        ({"look_variation": "9"}, "There is no such variation."),
        ({"arms": [{**TWO[0], "title_en": "", "body_en": ""}]}, "Write a title"),
        ({"channels": ()}, "Choose a channel"),
        ({"arms": [{**TWO[0], "title_en": "{{ nothing }}"}]}, "There is no variable"),
    ],
)
def test_what_cannot_be_shown_is_told(boss, given, says):
    assert says in looked(boss, **given)


def test_without_a_script_a_button_shows_it(boss):
    page = boss.post(f"{LIST}add/", filled(act="preview")).content.decode()
    assert 'class="screen webpush"' in page
    assert not Campaign.objects.exists()
