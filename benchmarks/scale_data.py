"""Fills the tables with many users and todos, and partitions the table of todos on PostgreSQL."""

from typing import Any

from django.db import connection, transaction

FILL_USERS = """
    INSERT INTO accounts_user
        (id, email, password, is_active, is_staff, is_superuser, created_at, token_version, revision, purged_revision)
    WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < %(users)s)
    SELECT n, 'user' || n || '@example.com', '!', true, false, false, '2026-01-01 00:00:00', n, %(last)s, 0 FROM series
"""
# Each user has todos all over the table, as with many users who write at the same time.
FILL_TODOS = """
    INSERT INTO todos_todo (
        owner_id, title, description, status, due_at, created_at, updated_at, completed_at,
        revision, position, status_position, search_text, title_key
    )
    WITH RECURSIVE series (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < %(todos)s - 1)
    SELECT
        n %% %(users)s + 1, 'Todo ' || n, 'Some more words', CASE WHEN n %% 4 = 0 THEN 'completed' ELSE 'open' END,
        '2026-01-01 00:00:00', '2026-01-01 00:00:00', '2026-01-01 00:00:00',
        CASE WHEN n %% 4 = 0 THEN {moment} END,
        n / %(users)s + 1, n / %(users)s + 1, n / %(users)s + 1, 'todo ' || n, 'todo ' || n
    FROM series
"""


def fill_tables(users: int, todos: int, partitions: int) -> None:
    """Insert users and their todos. PostgreSQL builds the indexes after that, which is faster."""
    is_postgresql = connection.vendor == "postgresql"
    moment = "timestamptz '2026-01-01 00:00:00'" if is_postgresql else "'2026-01-01 00:00:00'"
    values = {"users": users, "todos": todos, "last": todos // users + 1}
    with transaction.atomic(), connection.cursor() as cursor:
        if partitions:
            partition_todos(cursor, partitions)
        indexes = drop_indexes(cursor) if is_postgresql else []
        cursor.execute(FILL_USERS.replace("'2026-01-01 00:00:00'", moment), values)
        cursor.execute(FILL_TODOS.replace("'2026-01-01 00:00:00'", moment).format(moment=moment), values)
        if is_postgresql:
            cursor.execute("SELECT setval(pg_get_serial_sequence('accounts_user', 'id'), %(users)s)", values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # Indexes cannot be created while checks are pending.
        for statement in indexes:
            cursor.execute(statement)


def drop_indexes(cursor: Any) -> list[str]:
    """Drop the indexes of todos that are not constraints; return the statements that create them again."""
    cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'todos_todo'")
    indexes = [(name, definition) for name, definition in cursor.fetchall() if name.startswith("todo_")]
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    return [definition.replace(" ON ONLY ", " ON ") for _, definition in indexes]


def partition_todos(cursor: Any, partitions: int) -> None:
    """Replace the empty table of todos by one that is partitioned by the hash of the owner's id.

    The columns, checks and indexes are the same, except that the primary key also has the owner, as every unique
    constraint of a partitioned table must.
    """
    cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'todos_todo' AND indexname <> 'todos_todo_pkey'")
    definitions = [definition for (definition,) in cursor.fetchall()]
    cursor.execute("ALTER TABLE todos_todo RENAME TO todos_whole")
    cursor.execute("CREATE SEQUENCE todos_ids")
    columns = "LIKE todos_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
    cursor.execute(f"CREATE TABLE todos_todo ({columns}) PARTITION BY HASH (owner_id)")
    cursor.execute("ALTER TABLE todos_todo ALTER id SET DEFAULT nextval('todos_ids')")
    cursor.execute("ALTER TABLE todos_todo ADD PRIMARY KEY (owner_id, id)")
    cursor.execute("ALTER TABLE todos_todo ADD FOREIGN KEY (owner_id) REFERENCES accounts_user (id)")
    cursor.execute("DROP TABLE todos_whole")
    for number in range(partitions):
        rows = f"WITH (MODULUS {partitions}, REMAINDER {number})"
        cursor.execute(f"CREATE TABLE todos_{number} PARTITION OF todos_todo FOR VALUES {rows}")
    for definition in definitions:
        cursor.execute(definition)
