"""The descriptions of the calls on todos in the OpenAPI document, in CommonMark. They are written for clients."""

from todos.list_size import MAX_BYTES_WITHOUT_LIMIT, MAX_PAGE_ROWS, MAX_ROWS_WITHOUT_LIMIT
from todos.serializers import MAX_BULK_ITEMS

LIST = f"""\
List your todos, oldest first or by `ordering`. Filters can be combined.

**Pages.** Without `limit`, the response is the whole list; a list of more than {MAX_ROWS_WITHOUT_LIMIT:,} todos or
{MAX_BYTES_WITHOUT_LIMIT // 1_000_000} MB is a 400 `pagination_required`. With `limit` (1 to {MAX_PAGE_ROWS}), it is a
page: follow the `next` URL in `Link` until there is none. Every todo whose sort key does not change meanwhile appears
exactly once. A `cursor` is only valid with `limit`, for its own query and its own user; any other is a 400.

**Sync.** With `since`, the response contains the todos that changed after that revision, ordered by revision; a
deleted one is `{{"id": 8, "revision": 14, "deleted": true}}`. Send the value of `X-Revision` as `since` next time.
`since` can only be combined with `limit` and `cursor`, and only returns JSON. A revision beyond the current one is a
400. If deletions after it have been purged, the response is a 410 `sync_token_expired`: discard the copy, and start
again with `since=0`.

**CSV.** With `format=csv`, the same rows are CSV in UTF-8 with a byte order mark. A cell that a spreadsheet would run
as a formula begins with an apostrophe.

**Caching.** Send the `ETag` as `If-None-Match`: if nothing has changed, the response is a 304 without a body.
`If-Match` is a 400 `not_applicable`."""

CREATE = f"""\
Create a todo from an object, or 1 to {MAX_BULK_ITEMS} todos from an array: all or none. An array is answered in the
order of the request; in its errors, `attr` begins with the index of the item, such as `7.title`.

With an `Idempotency-Key`, the request of a single todo can be repeated safely if the response is lost. The same key
with the same body returns the same todo as it is now, or its tombstone, with 200 and `Idempotent-Replayed: true`. With
another body, it is a 422 `idempotency_key_reused`; with an array, a 400. A refused request leaves the key unused.

`If-Match` and `If-None-Match` are a 400 `not_applicable`."""

READ = """\
Read a todo. Its `ETag` is its revision in quotes.

With `If-None-Match`, the response is a 304 without a body if the todo has one of these entity tags. With
`If-Match`, it is a 412 with the current todo if the todo has none of them. A deleted todo is a 404, like that of
another user."""

REPLACE = """\
Replace a todo. `title` is required; an optional field that is omitted keeps its value. Read-only fields may be sent
back unchanged.

So that you do not overwrite the changes of another device, send the `ETag` that you have as `If-Match`, or the todo's
`revision` in the body. If the todo has changed since, the response is a 412 with the current todo, and nothing is
written."""

CHANGE = """\
Change at least one field of a todo. The status `completed` sets `completed_at`, and `open` clears it. A request that
changes nothing does not raise the revision.

So that you do not overwrite the changes of another device, send the `ETag` that you have as `If-Match`, or the todo's
`revision` in the body. If the todo has changed since, the response is a 412 with the current todo, and nothing is
written."""

DELETE = """\
Delete a todo. For at least 30 days, it can be restored, and lists with `since` contain it as a tombstone. Meanwhile,
deleting it again is a 204 that changes nothing; after that, it is a 404.

With `If-Match`, the todo is deleted only if it still has one of these entity tags. Otherwise the response is a 412
with the current todo."""

RESTORE = """\
Undo the deletion of a todo, for at least 30 days after it; later, the response is a 404. The todo has its fields and
its `id` as before, and a new revision. A todo that is not deleted is returned unchanged.

The request has no body. `If-Match` and `If-None-Match` are a 400 `not_applicable`."""

CHANGE_MANY = f"""\
Change 1 to {MAX_BULK_ITEMS} todos, all or none. Each item has the `id` of a todo, and at least one field to change.
The response has the todos in the order of the request. To create several todos, send an array with `POST`.

An item with a `revision` is applied only if its todo still has that revision. If stale revisions are the only errors,
the response is a 412 with an `attr` such as `7.revision`. Other errors are a 400: an `id` that is missing, unknown,
not yours or in two items has the `attr` `7.id`.

A body that is not an array is a 405. `If-Match` and `If-None-Match` are a 400 `not_applicable`."""

CLEAR_COMPLETED = """\
Delete all completed todos, in one step. They can be restored one by one, for at least 30 days.

`?status=completed` is required: without `status` the response is a 405, with another value a 400. The request has
no body. `If-Match` and `If-None-Match` are a 400 `not_applicable`."""
