// A complete client that keeps a copy of the todos, works offline, and syncs; docs/sync.md explains it.

const NEW = { description: "", status: "open", due_at: null }; // What a new todo has, besides its title.

export class SyncClient {
  constructor(api, email, password, state = null) {
    Object.assign(this, { api, credentials: { email, password } });
    // The server's todos by id; the revision up to which they are complete; the edits not yet sent, in order; the
    // refused ones, each with the todo as it is now, for the user to decide. Store it as JSON after every call.
    this.state = state ?? { todos: {}, revision: 0, edits: [], conflicts: [], tokens: {} };
  }

  // Edits work offline. Each has the revision of the todo on which it was made.

  // Create a todo. Until it is sent, its id is the key with which it can be sent twice, but is created once.
  add(fields) {
    const id = crypto.randomUUID();
    this.state.edits.push({ kind: "create", id, revision: null, fields });
    return id;
  }

  change(id, fields) {
    this.state.edits.push({ kind: "change", id, revision: this.state.todos[id]?.revision ?? null, fields });
  }

  delete(id) {
    this.state.edits.push({ kind: "delete", id, revision: this.state.todos[id]?.revision ?? null, fields: {} });
  }

  // The todos as the user sees them: the server's, with the edits not yet sent.
  view() {
    const todos = { ...this.state.todos };
    for (const { kind, id, fields } of this.state.edits) {
      if (kind === "delete") delete todos[id];
      else if (kind === "create" || id in todos) todos[id] = { ...todos[id], ...fields };
    }
    return todos;
  }

  // Send the edits, then fetch what changed. After an error, call it again later: no edit is lost.
  async sync() {
    while (this.state.edits.length > 0) {
      await this.sendEdit(this.state.edits[0]);
      this.state.edits.shift();
    }
    await this.fetchChanges();
  }

  async sendEdit(edit) {
    const { kind, id, revision, fields } = edit;
    const [status, todo] =
      kind === "create"
        ? await this.call("POST", "/todos/", fields, { "Idempotency-Key": id })
        : kind === "change"
          ? await this.call("PATCH", `/todos/${id}/`, { ...fields, revision })
          : // A list has no ETag for each todo, but it is known: the revision in quotes.
            await this.call("DELETE", `/todos/${id}/`, undefined, { "If-Match": `"${revision}"` });
    const isMine = [201, 202].includes(status) || ([200, 412].includes(status) && this.isOwnVersion(edit, todo));
    if (status === 200 || isMine) this.accept(edit, todo, isMine);
    else if (status === 204 || (status === 404 && kind === "delete")) delete this.state.todos[id];
    // 412: changed elsewhere. 404: deleted elsewhere. 400: refused.
    else this.state.conflicts.push({ edit, now: status === 412 ? todo : null });
  }

  // Whether a todo is what the edit made of it. A 412 is then the echo of an edit whose answer was lost.
  isOwnVersion(edit, todo) {
    const expected = { ...NEW, ...this.state.todos[edit.id], ...edit.fields };
    return edit.kind !== "delete" && ["title", ...Object.keys(NEW)].every((name) => todo[name] === expected[name]);
  }

  // Store the answer to an edit. Later edits were made on top of it: if it has changed since, they conflict.
  accept(edit, todo, isMine) {
    // A repeated key whose todo was deleted meanwhile gives its tombstone.
    if (!todo.deleted) this.state.todos[todo.id] = todo;
    for (const later of this.state.edits.slice(1)) {
      if (later.id !== edit.id || later.revision !== edit.revision) continue;
      Object.assign(later, { id: String(todo.id), revision: isMine ? todo.revision : 0 });
    }
  }

  async fetchChanges() {
    for (let hasMore = true; hasMore; ) {
      const [status, changes, headers] = await this.call("GET", `/todos/?since=${this.state.revision}&limit=200`);
      if (status !== 200) {
        // 410: deletions were purged. 400: the server is another, or restored. Start again.
        Object.assign(this.state, { todos: {}, revision: 0 });
        continue;
      }
      for (const todo of changes) {
        if (todo.deleted) delete this.state.todos[todo.id];
        else this.state.todos[todo.id] = todo;
      }
      this.state.revision = Number(headers.get("X-Revision"));
      hasMore = (headers.get("Link") ?? "").includes('rel="next"');
    }
  }

  // Call the API. An access token lives 15 minutes, the refresh token 14 days; then log in again.
  async call(method, path, body, headers = {}) {
    const { tokens } = this.state;
    for (const renewal of ["refresh", "login", null]) {
      const Authorization = `Bearer ${tokens.access ?? "none"}`;
      const result = await this.send(method, path, body, { ...headers, Authorization });
      // A 429 says in Retry-After how many seconds to wait.
      if (result[0] === 429 || result[0] >= 500) throw new Error(`The server answered ${result[0]}. Try again later.`);
      if (result[0] !== 401) return result;
      if (renewal === null) throw new Error("The server refuses the log-in.");
      const proof = renewal === "refresh" ? { refresh: tokens.refresh ?? "" } : this.credentials;
      const [status, renewed] = await this.send("POST", `/auth/${renewal}/`, proof);
      if (status === 200) Object.assign(tokens, renewed);
    }
  }

  async send(method, path, body, headers = {}) {
    const options = { method, headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(this.api + path, options);
    return [response.status, JSON.parse((await response.text()) || "null"), response.headers];
  }
}
