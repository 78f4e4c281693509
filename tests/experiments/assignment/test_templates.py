import pytest
from django.template import engines

from experiments import snapshot
from tests.experiments import builders

pytestmark = pytest.mark.django_db
DJANGO = '{% load experiments %}{% variation "colour" as colour %}{{ colour }} {% variation "nowhere" "plain" %}'
JINJA = '{{ variation("colour") }} {{ variation("nowhere", "plain") }}'


@pytest.mark.parametrize(("engine", "text"), [("django", DJANGO), ("jinja2", JINJA)])
def test_a_page_of_either_engine_asks_for_a_flag(asks, alice, engine, text):
    builders.new_flag("colour", kind="string", off_value="red", on_value="red").flush()
    page = engines[_backend(engine)].from_string(text)
    assert page.render({}, asks(alice)) == "red plain"


def _backend(name):
    return next(alias for alias in engines if ("django" in alias) is (name == "django"))


def test_what_a_page_shows_is_an_exposure(asks, alice, exposures):
    builders.running("exp", flag=builders.new_flag("shown"))
    snapshot.refresh()
    request = asks(alice)
    engines["django"].from_string('{% load experiments %}{% variation "shown" %}').render({}, request)
    request.asker.settle()
    assert len(exposures()) == 1
