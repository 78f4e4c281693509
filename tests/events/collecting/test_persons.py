"""Who is one person: two people on one browser, one person on two."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from community.members.models import Member
from events.models import Event, VisitorLink
from events.visitors import link
from tests.events.collecting.conftest import Browser

VIEW = {"name": "page_viewed"}
PASSWORD = "wonderland-7"


def sign_up(browser: Browser, name: str) -> Member:
    form = {"email": f"{name}@example.org", "username": name, "password1": PASSWORD}
    loose = Client(headers=browser.headers)
    loose.cookies = browser.client.cookies
    assert loose.post("/accounts/signup/", form).status_code == 302
    sign_out(browser)
    return Member.objects.named(name).get()


def sign_out(browser: Browser) -> None:
    browser.client.cookies.pop("sessionid", None)


def signed_in(browser: Browser, member: Member) -> Browser:
    browser.client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def person_of(event: Event) -> int:
    """The unit by the mapping, as every report counts."""
    links = dict(VisitorLink.objects.values_list("visitor", "member"))
    return links.get(-event.unit, event.unit)


def test_two_people_on_one_browser(browser, written):
    browser.sends(VIEW)
    visitor = browser.visitor
    ada = sign_up(browser, "ada")
    signed_in(browser, ada).sends(VIEW)
    sign_out(browser)
    browser.sends(VIEW)
    bea = sign_up(browser, "bea")
    signed_in(browser, bea).sends(VIEW)

    events = written()
    assert [event.unit for event in events] == [-visitor, ada.pk, -visitor, bea.pk]
    assert [person_of(event) for event in events] == [ada.pk, ada.pk, ada.pk, bea.pk]
    assert VisitorLink.objects.values_list("visitor", "member").get() == (visitor, ada.pk)


def test_one_person_on_two_browsers(browser, written):
    telephone = Browser()
    for one in (browser, telephone):
        one.sends(VIEW)
    ada = sign_up(browser, "ada")
    signed_in(telephone, ada).sends(VIEW)
    sign_out(telephone)
    telephone.sends(VIEW)

    assert [person_of(event) for event in written()] == [ada.pk, -telephone.visitor, ada.pk, -telephone.visitor]


def test_the_link_and_the_sign_up_are_of_one_transaction(browser):
    browser.sends(VIEW)
    ada = sign_up(browser, "ada")
    same = "SELECT l.tx = e.tx AS same, l.id FROM events_visitorlink l JOIN events_event e ON e.name = 'signed_up'"
    assert [one.same for one in VisitorLink.objects.raw(same)] == [True]
    assert VisitorLink.objects.get().at == ada.date_joined


def test_who_is_made_by_an_admin_is_not_the_admins_browser(admin, browser_of: Callable[[Member], Browser]):
    browser = browser_of(admin)
    sign_out(browser)
    browser.sends(VIEW)
    browser.client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    form = {"username": "clara", "email": "", "usable_password": "false", "password1": "", "password2": ""}
    browser.client.post("/admin/members/member/add/", form)
    Member.objects.create_user("dora")
    assert not VisitorLink.objects.exists()


def test_who_is_not_observed_is_not_linked(browser):
    browser.sends(VIEW)
    browser.headers["Sec-GPC"] = "1"
    sign_up(browser, "ada")
    assert not VisitorLink.objects.exists()


def test_the_first_member_of_a_visitor_stays(alice, bob):
    for member in (alice, bob):
        link(5, member=member.pk, at=member.date_joined)
    assert VisitorLink.objects.get().member == alice.pk
