// One todo in the list: a checkbox, a button that opens the form, and Delete.

import { dueInWords, isOverdue } from "./dates.js";
import { copyTemplate } from "./elements.js";
import { TodoForm } from "./todo_form.js";

export class TodoRow {
  constructor(list, actions) {
    Object.assign(this, { list, actions });
    this.node = copyTemplate("row-template");
    this.parts = { check: this.node.querySelector("input") };
    for (const name of ["open", "title", "due", "note", "delete"])
      this.parts[name] = this.node.querySelector(`.${name}`);
    this.parts.check.addEventListener("change", () => this.toggle());
    this.parts.open.addEventListener("click", () => list.edit(this.todo.key));
    this.parts.delete.addEventListener("click", () => actions.remove(this.todo));
  }

  async toggle() {
    const { check } = this.parts;
    if (!(await this.actions.toggle(this.todo))) check.checked = !check.checked;
  }

  get isEditing() {
    return this.form !== undefined;
  }

  show(todo) {
    const due = dueInWords(todo);
    if (this.todo === todo && this.due === due) return;
    Object.assign(this, { todo, due });
    const { parts } = this;
    parts.check.checked = todo.status === "completed";
    parts.check.setAttribute("aria-label", due ? `${todo.title}, ${due}` : todo.title);
    parts.title.textContent = todo.title;
    parts.due.textContent = due;
    parts.due.classList.toggle("overdue", isOverdue(todo));
    const firstLine = (todo.description ?? "").trim().split("\n", 1)[0];
    parts.note.textContent = [...(todo.tags ?? []).map((tag) => `#${tag}`), firstLine].join(" ");
    parts.delete.setAttribute("aria-label", `Delete ${todo.title}`);
    parts.open.setAttribute("aria-label", `Edit ${todo.title}`);
    this.node.classList.toggle("completed", todo.status === "completed");
    this.node.classList.toggle("waiting", Boolean(todo.isWaiting));
  }

  focus() {
    if (this.isEditing) this.form.focus();
    else this.parts.check.focus();
  }

  // Show the form. What the user types is compared with the todo as it is now, whatever arrives in the meantime.
  startEditing() {
    const { todo } = this;
    const stop = () => this.stopEditing();
    const save = async (changed) => {
      const isSaved = Object.keys(changed).length === 0 || (await this.actions.change(todo, changed));
      if (isSaved) stop();
      return isSaved;
    };
    this.form = new TodoForm(todo, { save, cancel: stop });
    this.node.classList.add("editing");
    this.node.append(this.form.node);
    this.focus();
  }

  stopEditing() {
    if (!this.isEditing) return; // Cancelled while it was being saved.
    this.form.node.remove();
    delete this.form;
    this.node.classList.remove("editing");
    this.focus();
    this.list.render();
  }
}
