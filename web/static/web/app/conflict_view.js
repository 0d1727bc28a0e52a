// The changes that the server did not accept, each with what the user can do about it. Nothing is dropped by itself.

import { keepMine, wantedTodo } from "./conflicts.js";
import { dateInWords } from "./dates.js";
import { element, find } from "./elements.js";
import { TodoForm } from "./todo_form.js";

// The heading, the button to keep the user's version, and the one to drop it.
const TEXTS = {
  changed: ["TITLE was changed here and elsewhere.", "Keep mine", "Keep theirs"],
  deletion: ["You deleted TITLE, but it was changed elsewhere.", "Delete it", "Keep it"],
  deleted: ["You changed TITLE, but it was deleted elsewhere.", "Restore with my changes", "Leave it deleted"],
  gone: ["TITLE was deleted too long ago to undo that.", "Add it again", "Leave it deleted"],
};
const LABELS = { title: "Title", description: "Description", status: "Status", due_at: "Due", tags: "Tags" };

export class ConflictView {
  // `resolve` gets a conflict and the edits that follow from the user's decision: none to drop the change.
  constructor(resolve) {
    this.resolve = resolve;
    this.section = find("conflicts");
    this.cards = new Map();
  }

  show(conflicts) {
    const cards = conflicts.map((conflict) => [
      conflict.number,
      this.cards.get(conflict.number) ?? this.section.appendChild(this.buildCard(conflict)),
    ]);
    const old = this.cards;
    this.cards = new Map(cards);
    for (const [number, card] of old) if (!this.cards.has(number)) card.remove();
    this.section.hidden = conflicts.length === 0;
  }

  buildCard(conflict) {
    const { kind, edit } = conflict;
    const title = `“${conflict.now?.title ?? wantedTodo(conflict).title}”`;
    if (kind === "refused") return this.buildCorrection(conflict);
    const [heading, mine, theirs] = TEXTS[kind === "changed" && edit.kind === "delete" ? "deletion" : kind];
    return this.buildChoice(heading.replace("TITLE", () => title), conflict, mine, theirs);
  }

  buildChoice(heading, conflict, mine, theirs) {
    const content = conflict.now ? bothVersions(conflict) : mineOnly(conflict);
    const buttons = element("p", { className: "buttons" });
    const addButton = (textContent, edits) => {
      const button = element("button", { type: "button", textContent });
      button.addEventListener("click", () => this.resolve(conflict, edits));
      buttons.append(button, " ");
    };
    addButton(mine, keepMine(conflict));
    addButton(theirs, []);
    return element("article", { className: "conflict" }, element("h2", { textContent: heading }), content, buttons);
  }

  buildCorrection(conflict) {
    const form = new TodoForm(wantedTodo(conflict), {
      save: (changed) => this.resolve(conflict, keepMine(conflict, changed)),
      cancel: () => {},
    });
    const heading = element("h2", { textContent: "This could not be saved. Please correct it." });
    const reason = element("p", { textContent: conflict.reason });
    const cancel = form.node.querySelector(".cancel");
    cancel.textContent = "Drop my change";
    cancel.addEventListener("click", () => this.resolve(conflict, []));
    return element("article", { className: "conflict" }, heading, reason, form.node);
  }
}

function mineOnly(conflict) {
  const todo = wantedTodo(conflict);
  return table(["", "Yours"], Object.keys(LABELS).filter((name) => todo[name]?.length > 0), [todo]);
}

// Show the fields in which the versions differ. Of a todo that the user deleted: what was changed since.
function bothVersions(conflict) {
  const { edit, now } = conflict;
  const mine = edit.kind === "delete" ? edit.base : { ...now, ...edit.fields };
  const names = Object.keys(LABELS).filter((name) => valueInWords(name, mine[name]) !== valueInWords(name, now[name]));
  const header = edit.kind === "delete" ? ["", "You saw", "Now"] : ["", "Yours", "Theirs"];
  return table(header, names, [mine, now]);
}

function table(header, names, versions) {
  const cells = (name) => versions.map((todo) => element("td", { textContent: valueInWords(name, todo[name]) }));
  const headers = header.map((textContent) => element("th", { scope: "col", textContent }));
  const rows = names.map((name) =>
    element("tr", {}, element("th", { scope: "row", textContent: LABELS[name] }), ...cells(name)),
  );
  return element("table", {}, element("thead", {}, element("tr", {}, ...headers)), element("tbody", {}, ...rows));
}

function valueInWords(name, value) {
  if (name === "due_at") return value ? dateInWords(value) : "no date";
  if (name === "status") return value === "completed" ? "done" : "open";
  if (name === "tags") return (value ?? []).join(", ") || "none";
  return value || "empty";
}
