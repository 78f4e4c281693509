import pytest
from django.contrib.auth.models import Permission

LIST = "/admin/campaigns/campaign/"


@pytest.fixture
def boss(admin, client_of):
    return client_of(admin)


@pytest.fixture
def colleague(member_named, client_of):
    """Another superuser: who approves what the first one wrote."""
    return client_of(member_named("colleague", is_staff=True, is_superuser=True))


@pytest.fixture
def staff_with(member_named, client_of):
    """A client of somebody on the staff with these permissions."""

    def make(*codes: str):
        member = member_named("staffer", is_staff=True)
        member.user_permissions.set(Permission.objects.filter(codename__in=codes, content_type__app_label="campaigns"))
        return client_of(member)

    return make
