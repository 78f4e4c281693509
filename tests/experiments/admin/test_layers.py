import pytest

from experiments import layers
from experiments.models import Layer, Team
from tests.experiments import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(admin, client_of):
    client = client_of(admin)

    def read(url):
        response = client.get(f"/admin/experiments/{url}")
        assert response.status_code == 200, url
        return response.content.decode()

    return read


@pytest.fixture
def layer():
    return builders.new_layer("page", seed="5eed")


def test_a_layer_shows_who_has_which_range_and_since_when(page, layer, alice):
    flag = builders.new_flag("composer", layer=layer)
    for key, share in (("one", 2550), ("two", 1000)):
        layers.lease(builders.new_experiment(key, flag=flag), share=share, by=alice)
    told = page(f"layer/{layer.pk}/change/")
    assert 'x="0" width="2550"' in told
    assert 'x="2550" width="1000"' in told
    assert "25.5 %" in told
    assert "35.5 %" in page("layer/")


def test_an_empty_layer_and_a_new_one(page, layer):
    assert "all of it is free" in page(f"layer/{layer.pk}/change/")
    assert "Who has which range" not in page("layer/add/")


def test_a_layer_keeps_its_key_and_unit(admin, client_of, layer):
    given = {"name": "Pages", "key": "other", "hash_attribute": "visitor"}
    client_of(admin).post(f"/admin/experiments/layer/{layer.pk}/change/", given)
    layer.refresh_from_db()
    assert (layer.name, layer.key, layer.hash_attribute) == ("Pages", "page", "id")


def test_layers_and_teams_are_made(admin, client_of):
    client = client_of(admin)
    client.post("/admin/experiments/layer/add/", {"name": "Feed", "key": "feed", "hash_attribute": "id"})
    client.post("/admin/experiments/team/add/", {"name": "Growth", "key": "growth"})
    assert len(Layer.objects.get(key="feed").seed) == 16
    assert Team.objects.filter(key="growth").exists()


def test_leases_are_history_that_nobody_edits(page, admin, client_of, layer):
    flag = builders.new_flag("composer", layer=layer)
    lease = layers.lease(builders.new_experiment("one", flag=flag), share=100, by=None)
    assert "0–1 %" in page("lease/")
    assert "0–1 %" in page("lease/?state=standing")
    assert "0–1 %" not in page("lease/?state=released")
    client = client_of(admin)
    assert client.get("/admin/experiments/lease/add/").status_code == 403
    assert client.post(f"/admin/experiments/lease/{lease.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.slow
def test_lists_ask_as_much_for_many_rows_as_for_few(admin, client_of, layer, django_assert_max_num_queries):
    client = client_of(admin)
    for number in range(12):
        flag = builders.new_flag(f"flag-{number}", layer=builders.new_layer(f"layer-{number}"))
        layers.lease(builders.new_experiment(f"exp-{number}", flag=flag), share=100, by=None)
    for url in ("layer", "lease", "team", "holdout"):
        with django_assert_max_num_queries(12):
            assert client.get(f"/admin/experiments/{url}/").status_code == 200
