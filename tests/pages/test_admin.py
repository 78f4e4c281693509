"""Every page of the admin, whichever app it is from: it opens, and costs the same with few rows and with many."""

from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.desk.audited import Audited
from community.members.models import Member
from tests import filling

FEW, MORE = 1, 4
BUDGET = 12  # queries of any page of the admin, session and member included
EDITORS = {"campaigns.campaign": 18}  # where a page is a form with rows of their own kinds
# Of segments the admin's pages only lead elsewhere (tests/growth/segments); of quiet hours it has one row, the site's.
OWN_PAGES = {"segments.segment", "campaigns.quiethours"}
LABELS = sorted({model._meta.label_lower for model in admin.site._registry} - OWN_PAGES)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(admin: Member, client_of: Callable[[Member], Client]) -> Client:
    ContentType.objects.get_for_models(*apps.get_models())  # kept from page to page
    return client_of(admin)


def _cost(desk: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = desk.get(address)
    assert page.status_code == 200
    return len(queries)


def _address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("label", LABELS)
def test_pages_cost_the_same_however_many_rows_there_are(desk: Client, label: str) -> None:
    made = [filling.make(label) for _row in range(FEW)]
    pages = _address(type(made[0]), "changelist"), _address(type(made[0]), "change", made[0].pk)
    few = [_cost(desk, page) for page in pages]
    for _row in range(MORE - FEW):
        filling.make(label)
    assert [_cost(desk, page) for page in pages] == few
    assert max(few) <= EDITORS.get(label, BUDGET)


@pytest.mark.slow
@pytest.mark.parametrize("label", LABELS)
def test_whatever_is_typed_or_filtered_finds_its_way(desk: Client, label: str) -> None:
    model = type(filling.make(label))
    changelist = _address(model, "changelist")
    shown = desk.get(changelist).context.get("cl")  # a list of its own making has none
    if shown is None or shown.search_fields:
        for typed in ("7", "@alice", f"post {'9' * 20} | 量子'"):
            assert desk.get(changelist, {"q": typed}).status_code == 200
    chosen: dict[str, str] = {}
    for spec in shown.filter_specs if shown else ():
        chosen |= dict(parse_qsl(list(spec.choices(shown))[-1].get("query_string", "").lstrip("?")))
    assert desk.get(changelist, chosen).status_code == 200


def test_every_page_is_audited_and_counts_no_further_than_it_must() -> None:
    for model, model_admin in admin.site._registry.items():
        assert isinstance(model_admin, Audited), model
        assert model_admin.show_full_result_count is False
