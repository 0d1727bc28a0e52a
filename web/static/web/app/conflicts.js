// What follows from the user's decision about a conflict: the edits to send. Pure functions.
//
// A conflict is {kind, edit, now, reason}. Its kind says why the server did not accept the edit:
// "changed": the todo has changed since; `now` is the server's version (412);
// "deleted": it was deleted elsewhere (404);
// "gone": it was deleted so long ago that it cannot be restored (404);
// "refused": the server does not accept the values; `reason` says why (400).

import { createEdit, pickFields } from "./edits.js";

export function conflictKind(status, edit) {
  if (status === 412) return "changed";
  if (status === 404) return edit.kind === "restore" ? "gone" : "deleted";
  return "refused";
}

// Return the todo as the user wants it.
export function wantedTodo({ edit }) {
  return { ...edit.base, ...edit.fields };
}

// Return the edits that carry out the user's version. It was compared with `now`: that is what they are based on.
export function keepMine(conflict, correction = {}) {
  const { kind, edit, now } = conflict;
  if (kind === "changed") return [{ ...edit, revision: now.revision, base: pickFields(now) }];
  if (kind === "deleted") return [{ ...edit, kind: "restore", fields: {} }, { ...edit, revision: 0 }];
  const fields = { ...edit.fields, ...correction };
  if (kind === "refused" && edit.kind === "change") return [{ ...edit, fields }];
  return [createEdit({ ...edit.base, ...fields })];
}
