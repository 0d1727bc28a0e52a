// Edits: what the user did and the server may not know yet. Pure functions, without storage or network.
//
// An edit is {kind, key, id, revision, fields, base}. `key` names the todo in this browser for ever: it is also the
// Idempotency-Key of a new one, whose `id` is null until the server answers. `revision` and `base` are the todo as it
// was when the user made the edit: they tell a conflict later, whatever was fetched in between.

const FIELDS = ["title", "description", "status", "due_at", "tags"]; // What a client may write.
const NEW = { description: "", status: "open", due_at: null, tags: [] }; // What a new todo has, besides its title.

export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function createEdit(fields) {
  return { kind: "create", key: newKey(), id: null, revision: null, fields, base: {} };
}

// Return an edit of a todo: a "change" of fields, a "delete" or a "restore".
export function editTodo(kind, todo, fields = {}) {
  return { kind, key: todo.key, id: todo.id, revision: todo.revision, fields, base: pickFields(todo) };
}

export function pickFields(todo) {
  return Object.fromEntries(FIELDS.filter((name) => name in todo).map((name) => [name, todo[name]]));
}

// Return the todos as the user sees them, by key: the server's, with the edits not yet sent.
export function buildView(todos, edits) {
  const view = new Map();
  for (const todo of todos) view.set(todo.key, todo);
  for (const { kind, key, id, revision, fields, base } of edits) {
    const todo = view.get(key);
    if (kind === "delete") view.delete(key);
    else if (kind === "create") view.set(key, { ...NEW, ...fields, key, id, revision, isWaiting: true });
    else if (kind === "restore") view.set(key, { ...base, key, id, revision, isWaiting: true });
    else if (todo) view.set(key, { ...todo, ...fields, isWaiting: true });
  }
  return view;
}

// Compare an edit with the todo that a 412 returned:
// "done": all of it is there, as after a lost answer;
// "unrelated": the fields that it touches are as the user saw them, so it can be sent again for the new revision;
// "conflict": somebody else changed what the user changed, or anything about a todo that the user deleted.
export function compareWithServer({ kind, fields, base }, todo) {
  const names = Object.keys(kind === "delete" ? pickFields(todo) : fields);
  const isDone = (name) => kind !== "delete" && isSame(name, todo[name], fields[name]);
  if (kind !== "delete" && names.every(isDone)) return "done";
  return names.every((name) => isDone(name) || isSame(name, todo[name], base[name])) ? "unrelated" : "conflict";
}

// Return whether a todo is as it was when the user deleted it.
export function isRestored({ base }, todo) {
  return Object.keys(base).every((name) => isSame(name, todo[name], base[name]));
}

function isSame(name, one, other) {
  if (name === "due_at" && one && other) return Date.parse(one) === Date.parse(other);
  return JSON.stringify(one) === JSON.stringify(other);
}

// Return a failed edit with the later ones of the same todo in it, or null where nothing is left to decide.
export function foldLaterEdits(edit, later) {
  const fields = { ...edit.fields };
  let isDeleted = edit.kind === "delete";
  for (const next of later) {
    if (next.kind === "change") Object.assign(fields, next.fields);
    else isDeleted = next.kind === "delete";
  }
  if (edit.kind === "create" || edit.kind === "restore") return isDeleted ? null : { ...edit, fields };
  if (isDeleted) return { ...edit, kind: "delete", fields: {} };
  return Object.keys(fields).length > 0 ? { ...edit, kind: "change", fields } : null;
}
