// The form to edit a todo, in its place in the list.

import { fromLocalField, toLocalField } from "./dates.js";
import { copyTemplate } from "./elements.js";

// `save` gets the fields that the user changed; `cancel` is called for Cancel and Escape.
export class TodoForm {
  constructor(todo, { save, cancel }) {
    this.node = copyTemplate("form-template");
    this.save = save;
    const { title, description, due_at: due } = this.node.elements;
    this.fields = { title, description, due };
    title.value = todo.title;
    description.value = todo.description ?? "";
    due.value = toLocalField(todo.due_at);
    this.initial = this.values();
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.node.querySelector(".cancel").addEventListener("click", cancel);
    this.node.addEventListener("keydown", (event) => {
      if (event.isComposing) return; // Enter and Escape belong to the input method.
      if (event.key === "Escape") cancel();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit(); // In the description, too.
    });
  }

  values() {
    return Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, field.value]));
  }

  focus() {
    this.fields.title.focus();
  }

  // Save what was changed. Return whether it was: not where a value is not valid; the browser then shows why.
  async submit() {
    const { title, description, due } = this.fields;
    title.setCustomValidity(title.value.trim() === "" ? "Please type a title." : "");
    if (!this.node.reportValidity()) return false;
    const changed = {};
    if (title.value !== this.initial.title) changed.title = title.value.trim();
    if (description.value !== this.initial.description) changed.description = description.value;
    if (due.value !== this.initial.due) changed.due_at = fromLocalField(due.value);
    this.isSaving ??= this.save(changed);
    const isSaved = await this.isSaving;
    this.isSaving = undefined;
    return isSaved;
  }
}
