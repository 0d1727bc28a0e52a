// What the user can do. Every action is stored as an edit first, and sent when the network is there.

import { count } from "./elements.js";
import { createEdit, editTodo } from "./edits.js";
import { announce } from "./status_view.js";

export class Actions {
  constructor(store, sync) {
    Object.assign(this, { store, sync });
  }

  // Store edits, say so, and send them. Return whether this browser could store them.
  async record(edits, message, undo = null) {
    try {
      await this.store.addEdits(edits);
    } catch (error) {
      console.error(error);
      announce("This browser could not store the change. Is the disk full?");
      return false;
    }
    announce(message, undo);
    this.sync.run();
    return true;
  }

  add(title) {
    return this.record([createEdit({ title })], `Added “${title}”.`);
  }

  toggle(todo) {
    const isOpen = todo.status === "open";
    const toggled = { ...todo, status: isOpen ? "completed" : "open" };
    const message = `${isOpen ? "Completed" : "Reopened"} “${todo.title}”.`;
    return this.record([editTodo("change", todo, { status: toggled.status })], message, () => this.toggle(toggled));
  }

  change(todo, fields) {
    return this.record([editTodo("change", todo, fields)], `Saved “${fields.title ?? todo.title}”.`);
  }

  remove(todo) {
    return this.removeAll([todo], `“${todo.title}”`);
  }

  removeAll(todos, what) {
    const edits = (kind) => todos.map((todo) => editTodo(kind, todo));
    return this.record(edits("delete"), `Deleted ${what}.`, () => this.record(edits("restore"), `Restored ${what}.`));
  }

  clearCompleted(todos) {
    const completed = todos.filter((todo) => todo.status === "completed");
    const what = count(completed.length, "completed todo");
    if (window.confirm(`Delete ${what}?`)) this.removeAll(completed, what);
  }

  // Carry out a decision about a conflict. The edits and the removal of the conflict are one step.
  async resolve(conflict, edits) {
    await this.store.addEdits(edits, ["delete", "conflicts", conflict.number]);
    announce(edits.length > 0 ? "Your version is being saved." : "Your change was dropped.");
    this.sync.run();
  }
}
