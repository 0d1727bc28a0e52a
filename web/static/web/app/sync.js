// Sends the edits, then fetches what changed. docs/sync.md explains the rules.

import { isSameUser, Problem } from "./api.js";
import { conflictKind } from "./conflicts.js";
import { compareWithServer, foldLaterEdits, isRestored } from "./edits.js";

const PAGE = 200; // todos

// Fires "state" when `isRunning` or `problem` change. A problem is null, or the text of a Problem.
export class Sync extends EventTarget {
  constructor(store, api, lockName) {
    super();
    Object.assign(this, { store, api, lockName, problem: null, isRunning: false, isWanted: false, isStopped: false });
  }

  // Sync now, or once more after the sync that runs.
  async run() {
    this.isWanted = true;
    if (this.isRunning) return;
    this.isRunning = true;
    while (this.isWanted && !this.isStopped) {
      this.isWanted = false;
      this.problem = await this.attempt();
      this.dispatchEvent(new Event("state"));
    }
    this.isRunning = false;
    this.dispatchEvent(new Event("state"));
  }

  async attempt() {
    try {
      await this.lock(() => this.sync());
      return null;
    } catch (error) {
      if (error instanceof Problem) return error.message;
      console.error(error);
      return "unavailable";
    }
  }

  // Do something that only one tab may do at a time. Without https a browser has no locks.
  lock(work) {
    return navigator.locks ? navigator.locks.request(this.lockName, work) : work();
  }

  async sync() {
    if (this.isStopped) return;
    const { revision, ...user } = await this.api.fetchUser();
    await this.adoptUser(user);
    const hasSent = await this.sendEdits();
    if (hasSent || !this.store.isLoaded || revision !== this.store.revision) await this.fetchChanges();
  }

  // Data belongs to one user. Another user's is removed, but changes that were not sent only if somebody says so.
  async adoptUser(user) {
    await this.store.load("edits"); // Another tab may have sent some, or removed all.
    await this.store.load("meta");
    this.api.user = user;
    if (isSameUser(this.store.user, user)) return;
    if (this.store.user && this.store.unsent > 0) throw new Problem("other user");
    await this.store.empty(user);
  }

  // Send all edits in their order. Return whether there were any.
  async sendEdits() {
    let edit = this.store.edits[0];
    const hadEdits = edit !== undefined;
    while (edit) {
      await this.sendEdit({ ...edit, id: edit.id ?? this.store.findId(edit.key) });
      await this.store.load("edits");
      edit = this.store.edits[0];
    }
    return hadEdits;
  }

  async sendEdit(edit) {
    let answer = await this.send(edit, edit.revision ?? 0);
    let isRebased = false;
    while (answer.status === 412) {
      const outcome = compareWithServer(edit, answer.body);
      if (outcome === "conflict") return this.storeConflict(edit, answer);
      if (outcome === "done") return this.accept(edit, answer.body);
      isRebased = true;
      answer = await this.send(edit, answer.body.revision);
    }
    const { status, body } = answer;
    if (status === 204 || (status === 404 && edit.kind === "delete")) return this.acceptDeletion(edit);
    if (status >= 400) return this.storeConflict(edit, answer);
    // A repeated creation (200) gives the todo as it now is, which may not be what later edits were made on; so does
    // restoring a todo that lives.
    const isMine = edit.kind === "restore" ? isRestored(edit, body) : !isRebased && status !== 200;
    return this.accept(edit, body, isMine ? body.revision : undefined);
  }

  send({ kind, key, id, fields }, revision) {
    const path = `todos/${id}/`;
    if (kind === "create") return this.api.write("POST", "todos/", fields, { "Idempotency-Key": key });
    if (id === null) return { status: 404 }; // Its creation was refused, and then dropped.
    if (kind === "change") return this.api.write("PATCH", path, { ...fields, revision });
    if (kind === "delete") return this.api.write("DELETE", path, undefined, { "If-Match": `"${revision}"` });
    return this.api.write("POST", `${path}restore/`);
  }

  // Store the answer to an edit. Later edits of the todo were made on top of it: they go on from the new revision. With
  // no revision they keep theirs; the server then answers 412, and they are compared.
  async accept(edit, todo, revision) {
    // A repeated creation whose todo was deleted meanwhile gives its tombstone.
    const operations = todo.deleted ? [["delete", "todos", todo.id]] : [this.store.putTodo(todo, edit.key)];
    for (const later of this.laterEdits(edit)) {
      const isOnTop = revision !== undefined && later.revision === edit.revision;
      operations.push(["put", "edits", { ...later, id: todo.id, revision: isOnTop ? revision : later.revision }]);
    }
    await this.store.commit([["delete", "edits", edit.number], ...operations]);
  }

  async acceptDeletion(edit) {
    const later = this.laterEdits(edit).map((next) => ["put", "edits", { ...next, id: edit.id }]);
    await this.store.commit([["delete", "edits", edit.number], ["delete", "todos", edit.id ?? 0], ...later]);
  }

  // Keep the edit, and the later ones of the same todo, for the user to decide.
  async storeConflict(edit, { status, body }) {
    const later = this.laterEdits(edit);
    const folded = foldLaterEdits(edit, later);
    const operations = [edit, ...later].map(({ number }) => ["delete", "edits", number]);
    if (status === 412) operations.push(this.store.putTodo(body));
    if (status === 404 && edit.id !== null) operations.push(["delete", "todos", edit.id]);
    if (folded && !(status === 404 && folded.kind === "delete")) {
      const { number, ...kept } = folded;
      const now = status === 412 ? body : null;
      const conflict = { kind: conflictKind(status, folded), edit: kept, now, reason: body?.message ?? "" };
      operations.push(["put", "conflicts", conflict]);
    }
    await this.store.commit(operations);
  }

  laterEdits(edit) {
    return this.store.edits.filter(({ key, number }) => key === edit.key && number > edit.number);
  }

  async fetchChanges() {
    for (let hasMore = true; hasMore; ) {
      const { status, body, headers } = await this.api.get(`todos/?since=${this.store.revision}&limit=${PAGE}`);
      if (status !== 200) {
        // 410: deletions were purged. 400: the server's database was restored from a backup. Start again.
        if (this.store.revision === 0) throw new Problem("unavailable");
        await this.store.commit([["clear", "todos"], ["delete", "meta", "revision"]]);
        continue;
      }
      await this.storeChanges(body, Number(headers.get("X-Revision")));
      hasMore = (headers.get("Link") ?? "").includes('rel="next"');
    }
  }

  async storeChanges(changes, revision) {
    const { email } = this.api.user;
    if (changes.some((todo) => !todo.deleted && todo.created_by !== email)) throw new Problem("other user");
    const operations = changes.map((todo) => (todo.deleted ? ["delete", "todos", todo.id] : this.store.putTodo(todo)));
    await this.store.commit([...operations, ["put", "meta", { name: "revision", value: revision }]]);
  }
}
