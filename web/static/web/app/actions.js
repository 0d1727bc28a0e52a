// What the user can do. Every action is stored as an edit first, and sent when the network is there.

import { count } from "./elements.js";
import { createEdit, editTodo } from "./edits.js";
import { announce } from "./status_view.js";

export class Actions {
  // `list` is set later: it needs the actions itself.
  constructor(store, sync) {
    Object.assign(this, { store, sync, list: null });
  }

  async record(edits) {
    try {
      await this.store.addEdits(edits);
    } catch (error) {
      console.error(error);
      announce("This browser could not store the change. Is the disk full?");
      throw error;
    }
    this.sync.run();
  }

  async add(title) {
    await this.record([createEdit({ title })]);
    announce(`Added “${title}”.`);
  }

  async toggle(todo) {
    const status = todo.status === "open" ? "completed" : "open";
    await this.record([editTodo("change", todo, { status })]);
    announce(status === "completed" ? `Completed “${todo.title}”.` : `Reopened “${todo.title}”.`);
  }

  async change(todo, fields) {
    await this.record([editTodo("change", todo, fields)]);
    announce(`Saved “${fields.title ?? todo.title}”.`);
  }

  remove(todo) {
    return this.removeAll([todo], `Deleted “${todo.title}”.`);
  }

  async removeAll(todos, message) {
    await this.record(todos.map((todo) => editTodo("delete", todo)));
    announce(message, async () => {
      await this.record(todos.map((todo) => editTodo("restore", todo)));
      announce(todos.length === 1 ? `Restored “${todos[0].title}”.` : `Restored ${count(todos.length, "todo")}.`);
    });
  }

  async clearCompleted() {
    const todos = this.list.todos.filter((todo) => todo.status === "completed");
    if (!window.confirm(`Delete ${count(todos.length, "completed todo")}?`)) return;
    await this.removeAll(todos, `Deleted ${count(todos.length, "todo")}.`);
  }

  // Carry out a decision about a conflict. The edits and the removal of the conflict are one step.
  async resolve(conflict, edits) {
    const additions = edits.map(({ number, ...edit }) => ["put", "edits", edit]);
    await this.store.commit([["delete", "conflicts", conflict.number], ...additions]);
    announce(edits.length > 0 ? "Your version is being saved." : "Your change was dropped.");
    this.sync.run();
  }

  edit(key) {
    this.list.edit(key);
  }

  stoppedEditing() {
    this.list.render();
  }
}
