"""The example clients converge, and lose no edit without reporting it, whatever happens between two devices."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any
from uuid import uuid4

import pytest

from testing.passwords import PASSWORD
from testing.purging import purge_process
from testing.server import Server
from testing.sync_devices import EXAMPLES, LANGUAGES, NODE, Device
from testing.todo_rows import tomorrow

pytestmark = [pytest.mark.any_database, pytest.mark.in_process("calls a server of its own")]

needs_node = pytest.mark.skipif(NODE is None, reason="Node.js is not installed (make test-clients installs it).")
each_language = pytest.mark.parametrize("language", ["Python", pytest.param("JavaScript", marks=needs_node)])

OpenDevice = Callable[[str], Device]


@pytest.fixture
def open_device(server: Server) -> Iterator[OpenDevice]:
    """Return a function that opens a device of one user, which runs the client of a language."""
    email = f"{uuid4().hex}@example.com"
    server.call("POST", "/auth/signup/", {"email": email, "password": PASSWORD})
    with ExitStack() as stack:
        yield lambda language: stack.enter_context(
            LANGUAGES[language](f"http://127.0.0.1:{server.port}", email, PASSWORD)
        )


def sync_completely(*devices: Device) -> None:
    for device in devices * 3:
        with suppress(OSError):  # It may still be about to lose an answer.
            device.sync()


def open_two_devices(open_device: OpenDevice, language: str) -> tuple[Device, Device, str]:
    """Return a device of this language and another one, and the id of the todo that both have."""
    mine, other = open_device(language), open_device("Python")
    mine.add(title="Buy milk")
    sync_completely(mine, other)
    [todo_id] = mine.view()
    return mine, other, todo_id


class Day:
    """A random day of two devices: edits on both, spells offline, lost answers. Every edit leaves a mark of its own."""

    def __init__(self, devices: list[Device], seed: int) -> None:
        self.devices, self.random = devices, random.Random(seed)  # noqa: S311
        self.marks: list[str] = []  # of all changes, each added to the description that the user saw
        self.titles: list[str] = []
        self.deleted: set[str] = set()

    def spend(self, steps: int) -> None:
        for step in range(steps):
            device = self.random.choice(self.devices)
            action = self.random.choice([self.add, self.change, self.change, self.delete, self.sync, self.lose])
            action(device, step)

    def add(self, device: Device, step: int) -> None:
        self.titles.append(f"Todo {step}")
        device.add(title=self.titles[-1], description="", status="open", due_at=None)

    def change(self, device: Device, step: int) -> None:
        if todos := device.view():
            todo_id = self.random.choice(list(todos))
            self.marks.append(f"[{step}]")
            device.change(todo_id, description=todos[todo_id]["description"] + self.marks[-1])

    def delete(self, device: Device, step: int) -> None:
        if (todos := device.view()) and self.random.random() < 0.3:
            todo_id = self.random.choice(list(todos))
            self.deleted.add(todos[todo_id]["title"])
            device.delete(todo_id)

    def sync(self, device: Device, step: int) -> None:
        with suppress(OSError):
            device.sync()

    def lose(self, device: Device, step: int) -> None:
        device.lose_next_answer()
        self.sync(device, step)


@pytest.mark.parametrize(
    "languages",
    [
        ("Python", "Python"),
        pytest.param(("Python", "JavaScript"), marks=needs_node),
        pytest.param(("JavaScript", "JavaScript"), marks=needs_node),
    ],
)
def test_two_devices_converge_and_lose_no_edit(
    open_device: OpenDevice, languages: tuple[str, str], rounds: Callable[[int, int], int]
) -> None:
    for seed in range(rounds(8, 200)):
        devices = [open_device(language) for language in languages]
        day = Day(devices, seed)
        day.spend(30)
        sync_completely(*devices)
        first, second = (device.view() for device in devices)
        assert first == second, f"seed {seed}"
        reported = str([device.get_state()["conflicts"] for device in devices])
        text = "".join(todo["description"] for todo in first.values())
        gone = {title for title in day.titles if title not in {todo["title"] for todo in first.values()}}
        assert gone <= day.deleted, f"seed {seed}"
        if not day.deleted:
            assert not [mark for mark in day.marks if mark not in text and mark not in reported], f"seed {seed}"
        assert len({todo["title"] for todo in first.values()}) == len(first)
        for todo_id in first:
            devices[0].delete(todo_id)
        sync_completely(*devices)


@each_language
def test_change_made_on_an_older_version_is_a_conflict_with_the_todo_as_it_is_now(
    open_device: OpenDevice, language: str
) -> None:
    mine, other, todo_id = open_two_devices(open_device, language)
    other.change(todo_id, title="Buy bread")
    mine.change(todo_id, title="Buy butter")
    sync_completely(other, mine)
    [conflict] = mine.get_state()["conflicts"]
    assert (conflict["edit"]["fields"], conflict["now"]["title"]) == ({"title": "Buy butter"}, "Buy bread")
    assert mine.view() == other.view()


@each_language
@pytest.mark.parametrize("kind", ["add", "change", "delete"])
def test_edit_whose_answer_was_lost_is_applied_once_and_is_no_conflict(
    open_device: OpenDevice, language: str, kind: str
) -> None:
    device = open_device(language)
    device.add(title="Buy milk")
    sync_completely(device)
    [todo_id] = device.view()
    edits: dict[str, Callable[[], Any]] = {
        "add": lambda: device.add(title="Buy bread"),
        "change": lambda: device.change(todo_id, title="Buy bread"),
        "delete": lambda: device.delete(todo_id),
    }
    edits[kind]()
    device.lose_next_answer()
    with pytest.raises(OSError, match="lost"):
        device.sync()
    sync_completely(device)
    expected = {"add": ["Buy bread", "Buy milk"], "change": ["Buy bread"], "delete": []}
    assert sorted(todo["title"] for todo in device.view().values()) == expected[kind]
    assert device.get_state()["conflicts"] == []


@each_language
def test_todo_deleted_elsewhere_before_the_answer_to_its_creation_arrived_is_gone(
    open_device: OpenDevice, language: str
) -> None:
    mine, other = open_device(language), open_device("Python")
    mine.add(title="Buy milk")
    mine.lose_next_answer()
    with pytest.raises(OSError, match="lost"):
        mine.sync()
    other.sync()
    [todo_id] = other.view()
    other.delete(todo_id)
    sync_completely(other, mine)
    assert mine.view() == other.view() == {}


@each_language
def test_change_of_a_todo_deleted_elsewhere_is_a_conflict(open_device: OpenDevice, language: str) -> None:
    mine, other, todo_id = open_two_devices(open_device, language)
    other.delete(todo_id)
    mine.change(todo_id, title="Buy bread")
    sync_completely(other, mine)
    [conflict] = mine.get_state()["conflicts"]
    assert (conflict["edit"]["fields"], conflict["now"], mine.view()) == ({"title": "Buy bread"}, None, {})


@each_language
def test_client_starts_again_where_deletions_were_purged_and_keeps_its_edits(
    open_device: OpenDevice, language: str, server: Server
) -> None:
    mine, other, todo_id = open_two_devices(open_device, language)
    other.delete(todo_id)
    other.add(title="Buy bread")
    sync_completely(other)
    with purge_process(server) as purge:
        assert purge(tomorrow()) > 0
    mine.add(title="Buy butter")
    sync_completely(mine, other)
    assert sorted(todo["title"] for todo in mine.view().values()) == ["Buy bread", "Buy butter"]
    assert mine.view() == other.view()


@each_language
def test_client_follows_the_pages_of_many_changes(open_device: OpenDevice, language: str) -> None:
    writer, device = open_device("Python"), open_device(language)
    for number in range(450):
        writer.add(title=f"Todo {number}")
    sync_completely(writer, device)
    assert len(device.view()) == 450


@each_language
@pytest.mark.parametrize("invalid", [("access",), ("access", "refresh")])
def test_client_renews_its_tokens(open_device: OpenDevice, language: str, invalid: tuple[str, ...]) -> None:
    device = open_device(language)
    device.sync()
    device.set_state(tokens=device.get_state()["tokens"] | dict.fromkeys(invalid, "a.b.c"))
    device.add(title="Buy milk")
    device.sync()
    assert [todo["title"] for todo in device.view().values()] == ["Buy milk"]


@pytest.mark.parametrize("name", ["sync_client.py", "sync_client.mjs"])
def test_example_has_under_120_lines(name: str) -> None:
    assert len((EXAMPLES / name).read_text().splitlines()) < 120
