// One journey with the client that openapi-typescript and openapi-fetch generate. Usage: node journey.ts URL

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.ts";

type Todo = components["schemas"]["Todo"];
type TodoOrTombstone = components["schemas"]["TodoOrTombstone"];

const url = process.argv[2] ?? "";
const credentials = { email: `${randomUUID()}@example.com`, password: randomBytes(16).toString("base64") };

function isTodo(item: TodoOrTombstone | Todo[] | undefined): item is Todo {
  return item !== undefined && "title" in item;
}

// A list is an array, unless CSV was asked for.
function listOf(data: TodoOrTombstone[] | string | undefined): TodoOrTombstone[] {
  assert(Array.isArray(data));
  return data;
}

const anonymous = createClient<paths>({ baseUrl: url });

function clientFor(token: string | undefined) {
  return createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });
}

type Client = ReturnType<typeof clientFor>;
type Page = { data?: TodoOrTombstone[] | string | undefined; response: Response };

const NEXT_CURSOR = /cursor=([^&>]+)[^>]*>; rel="next"/;

async function changeOneTodo(client: Client): Promise<void> {
  const created = await client.POST("/todos/", { body: { title: "Buy milk", due_at: "2030-12-24T18:00:00Z" } });
  const todo = created.data;
  assert(isTodo(todo));
  const path = { id: todo.id };
  const body = { status: "completed", revision: todo.revision } as const;
  const changed = await client.PATCH("/todos/{id}/", { params: { path }, body });
  assert.equal(changed.data?.status, "completed");
  const stale = await client.PATCH("/todos/{id}/", { params: { path }, body: { title: "x", revision: todo.revision } });
  assert.equal(stale.response.status, 412);
  assert(stale.error && "revision" in stale.error && stale.error.revision === changed.data.revision);
  const read = await client.GET("/todos/{id}/", { params: { path } });
  assert.equal(read.data?.title, "Buy milk");
  const header = { "If-Match": `"${changed.data.revision}"` };
  const deleted = await client.DELETE("/todos/{id}/", { params: { path, header } });
  assert.equal(deleted.response.status, 204);
  const restored = await client.POST("/todos/{id}/restore/", { params: { path } });
  assert.equal(restored.data?.title, "Buy milk");
}

async function walkPages(client: Client): Promise<void> {
  const created = await client.POST("/todos/", { body: [0, 1, 2, 3].map((number) => ({ title: `Todo ${number}` })) });
  assert(Array.isArray(created.data));
  const changes = created.data.map((todo) => ({ id: todo.id, title: `${todo.title}!` }));
  const changed = await client.PATCH("/todos/", { body: changes });
  assert.equal(changed.data?.length, 4);
  const titles: string[] = [];
  let query: { limit: number; cursor?: string } | null = { limit: 3 };
  while (query) {
    const { data, response }: Page = await client.GET("/todos/", { params: { query } });
    titles.push(...listOf(data).filter(isTodo).map((todo) => todo.title));
    const cursor: string | undefined = NEXT_CURSOR.exec(response.headers.get("Link") ?? "")?.[1];
    query = cursor ? { limit: 3, cursor: decodeURIComponent(cursor) } : null;
  }
  assert.deepEqual(titles, ["Buy milk", "Todo 0!", "Todo 1!", "Todo 2!", "Todo 3!"]);
}

async function synchronize(client: Client): Promise<void> {
  const everything = await client.GET("/todos/");
  const [todo] = listOf(everything.data);
  assert(isTodo(todo));
  await client.DELETE("/todos/{id}/", { params: { path: { id: todo.id } } });
  const since = Number(everything.response.headers.get("X-Revision"));
  const changes = await client.GET("/todos/", { params: { query: { since } } });
  const [change] = listOf(changes.data);
  assert(change && "deleted" in change && change.id === todo.id);
}

const signedUp = await anonymous.POST("/auth/signup/", { body: credentials });
const client = clientFor(signedUp.data?.access);
await changeOneTodo(client);
await walkPages(client);
await synchronize(client);
assert.equal((await client.POST("/auth/logout/")).response.status, 204);
assert.equal((await client.GET("/todos/")).response.status, 401);
const tokens = await anonymous.POST("/auth/login/", { body: credentials });
const deleted = await clientFor(tokens.data?.access).DELETE("/auth/me/", { body: { password: credentials.password } });
assert.equal(deleted.response.status, 204);
assert.equal((await anonymous.POST("/auth/login/", { body: credentials })).response.status, 400);
