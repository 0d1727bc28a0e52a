"""The introduction of the OpenAPI document, in CommonMark: the rules that calls share. It is written for clients.

The tests run its examples.
"""

INTRODUCTION = r"""
Sign up, log in, and keep todos that nobody else sees. Bodies are JSON in UTF-8. Dates are RFC 3339 with an offset, and
are returned in UTC. Calls on accounts and todos ignore nothing: an unknown field or parameter is a 400.

## Get a token

Signing up returns an access token and a refresh token, and so does `POST /auth/login/` later:

```sh
API=http://127.0.0.1:8000  # the address of this API
field() { python3 -c "import json, sys; print(json.load(sys.stdin)['$1'])"; }
TOKEN=$(curl -s $API/auth/signup/ -H 'Content-Type: application/json' \
    -d '{"email": "ada@example.com", "password": "<your password>"}' | field access)                         # 200
ID=$(curl -s $API/todos/ -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -d '{"title": "Buy milk"}' | field id)                                                                   # 201
```

An access token is valid for 15 minutes and a refresh token for 14 days, by default. On a 401 `token_expired`, send the
refresh token to `POST /auth/refresh/` for a new access token. On a 401 `token_not_valid`, log in again.

## Errors

```json
{
  "type": "validation_error",
  "message": "This field is required.",
  "errors": [{"code": "required", "detail": "This field is required.", "attr": "title"}]
}
```

Every error of the API has this shape, except the 412 of a single todo, whose body is the current todo. `code` is for
programs, and stable; `detail` is for people. `attr` is the field, parameter or header that is wrong, or `null`.

## Lists, filters and pages

```sh
curl -s -i "$API/todos/?status=open&ordering=-due_at&limit=50" -H "Authorization: Bearer $TOKEN"             # 200
```

With `limit` (1 to 200), the response is a page. Follow the URL with `rel="next"` in `Link` until there is none: it has
a `cursor`, and your filters. Without `limit`, the response is the whole list; more than 5,000 todos or 4 MB are a 400
`pagination_required`. In a URL, write the `+` of a date as `%2B`.

## Change without overwriting

A todo's `ETag` is its `revision` in quotes. Send the one that you have as `If-Match`, or `revision` in the body of a
`PUT` or `PATCH`. If another device has changed the todo since, the response is a 412, and nothing is written:

```sh
curl -s -X PATCH $API/todos/$ID/ -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -H 'If-Match: "1"' -d '{"status": "completed"}'                                                          # 202
curl -s -X DELETE $API/todos/$ID/ -H "Authorization: Bearer $TOKEN" -H 'If-Match: "1"'                       # 412
```

On a `GET`, `If-None-Match` with the `ETag` that you have returns a 304 without a body if nothing has changed.

## Sync

A client that keeps a copy of the todos fetches only what has changed since a revision; a deleted todo is a tombstone,
`{"id": 8, "revision": 14, "deleted": true}`. The `X-Revision` of a list, but not of a write, is the next `since`:

```sh
curl -s -i "$API/todos/?since=0&limit=200" -H "Authorization: Bearer $TOKEN"                                 # 200
```

Tombstones are kept for at least 30 days. If one after `since` has been purged, the response is a 410
`sync_token_expired`: discard the copy, and start again with `since=0`.

## Retry safely

A response can get lost after the server has created the todo. Send a random text as `Idempotency-Key`, and the same one
when you repeat the request: it returns the same todo, with `Idempotent-Replayed: true`, and does not create another.

```sh
KEY=$(python3 -c 'import uuid; print(uuid.uuid4())')
curl -s $API/todos/ -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -H "Idempotency-Key: $KEY" -d '{"title": "Pay rent"}'                                                    # 201
curl -s $API/todos/ -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -H "Idempotency-Key: $KEY" -d '{"title": "Pay rent"}'                                                    # 200
```

Deleting a todo again is a 204. A change with `If-Match` that is repeated is a 412, whose body is the todo as it is now.

## Rate limits

Calls that take a password or a refresh token, and password resets, are limited. Beyond the limit, the response is a 429
`throttled`: wait for the seconds in `Retry-After`. Reads and writes of todos are not limited.
""".strip()
