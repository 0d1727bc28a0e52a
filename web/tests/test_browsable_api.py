"""The browsable API: our own pages, with forms that a script sends."""

from django.test import Client
from django.urls import reverse

from accounts.models import User
from testing.factories import make_todo
from testing.todos import list_url, todo_url

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_each_todo_of_a_list_is_a_link(logged_in: Client, user: User) -> None:
    todo = make_todo(user, title="Buy <milk>")
    page = logged_in.get(list_url()).content.decode()
    assert f'<a href="{todo_url(todo)}">Buy &lt;milk&gt;</a>' in page


def test_forms_do_not_have_the_query_of_the_page(logged_in: Client) -> None:
    page = logged_in.get(f"{list_url()}?status=open").content.decode()
    assert f'<form class="card" action="{list_url()}" method="post"' in page


def test_form_of_a_todo_is_sent_for_its_revision(logged_in: Client, user: User) -> None:
    todo = make_todo(user)
    assert f'data-revision="{todo.revision}"' in logged_in.get(todo_url(todo)).content.decode()


def test_deleting_asks_about_the_todo_by_its_title(logged_in: Client, user: User) -> None:
    todo = make_todo(user, title="Buy milk")
    assert 'data-method="DELETE" data-title="Buy milk"' in logged_in.get(todo_url(todo)).content.decode()


def test_deleting_the_account_has_a_field_for_the_password(logged_in: Client) -> None:
    assert 'id="delete-password"' in logged_in.get(reverse("auth-me")).content.decode()


def test_page_without_a_log_in_leads_to_it_and_back(db: None) -> None:
    page = Client().get(f"{list_url()}?limit=2", headers=HTML).content.decode()
    assert f'href="{reverse("login")}?next=%2Ftodos%2F%3Flimit%3D2"' in page


def test_page_says_who_is_logged_in(logged_in: Client, user: User) -> None:
    assert user.email in logged_in.get(list_url()).content.decode()


def test_filters_keep_the_size_of_the_page(logged_in: Client) -> None:
    assert '<input type="hidden" name="limit" value="2">' in logged_in.get(f"{list_url()}?limit=2").content.decode()
