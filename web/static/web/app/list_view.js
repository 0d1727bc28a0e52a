// The list: which todos it shows, and one row for each. Rows are added as the user scrolls.

import { count, find } from "./elements.js";
import { TodoRow } from "./todo_row.js";

const STEP = 100; // rows
const EMPTY = {
  open: "Nothing left to do. Add something above.",
  completed: "Nothing is done yet. Tick a todo, and it appears here.",
  all: "No todos yet. Type the first one above and press Enter.",
};

export class ListView {
  constructor(actions) {
    Object.assign(this, { actions, todos: [], isLoaded: false, rows: new Map() });
    Object.assign(this, { filter: "open", search: "", limit: STEP });
    this.list = find("list");
    this.more = find("more");
    const growIfInView = (entries) => entries.some((entry) => entry.isIntersecting) && this.grow();
    this.observer = new IntersectionObserver(growIfInView, { rootMargin: "1000px" });
    this.observer.observe(this.more);
    for (const button of this.filterButtons())
      button.addEventListener("click", () => this.setFilter(button.dataset.filter));
    find("search").addEventListener("input", (event) => this.setSearch(event.target.value));
  }

  filterButtons() {
    return document.querySelectorAll("#filters button");
  }

  setFilter(filter) {
    Object.assign(this, { filter, limit: STEP });
    this.render();
  }

  setSearch(text) {
    Object.assign(this, { search: toSearchable(text.trim()), limit: STEP });
    this.render();
  }

  // Show these todos, newest first: those without an id have not been sent yet.
  show(todos) {
    this.todos = [...todos].reverse().sort((one, other) => (other.id ?? Infinity) - (one.id ?? Infinity) || 0);
    this.render();
  }

  matching() {
    const { filter, search } = this;
    const isFound = ({ title, description, tags = [] }) =>
      toSearchable([title, description, ...tags].join("\n")).includes(search);
    return this.todos.filter(
      (todo) => (filter === "all" || todo.status === filter) && (search === "" || isFound(todo)),
    );
  }

  render() {
    const matching = this.matching();
    this.renderRows(matching.slice(0, this.limit));
    this.more.hidden = matching.length <= this.limit;
    this.renderFilters();
    const empty = find("empty");
    empty.hidden = !this.isLoaded || matching.length > 0;
    const reason = EMPTY[this.todos.length > 0 ? this.filter : "all"];
    empty.textContent = this.search ? "Nothing matches your search." : reason;
  }

  renderRows(todos) {
    const [focused, place] = [this.focusedRow(), this.focusedIndex()];
    const wanted = new Map(todos.map((todo) => [todo.key, this.rowFor(todo)]));
    for (const [key, row] of this.rows) {
      // A row with an open form stays, even where its todo was deleted elsewhere or no longer matches.
      if (row.isEditing) wanted.set(key, row);
      else if (!wanted.has(key)) row.node.remove();
    }
    this.rows = wanted;
    let next = this.list.firstElementChild;
    for (const { node, isEditing } of wanted.values()) {
      // A row that is moved loses the focus, so the one with the form stays, and the others move around it.
      if (isEditing || node === next) next = node.nextElementSibling;
      else this.list.insertBefore(node, next);
    }
    if (!focused || wanted.has(focused.todo.key)) return;
    if (wanted.size > 0) this.focusRow(Math.min(place, wanted.size - 1));
    else this.list.focus();
  }

  rowFor(todo) {
    const row = this.rows.get(todo.key) ?? new TodoRow(this, this.actions);
    row.show(todo);
    return row;
  }

  renderFilters() {
    const completed = this.todos.filter((todo) => todo.status === "completed").length;
    const numbers = { open: this.todos.length - completed, completed, all: this.todos.length };
    for (const button of this.filterButtons()) {
      button.setAttribute("aria-pressed", String(button.dataset.filter === this.filter));
      button.firstElementChild.textContent = numbers[button.dataset.filter];
    }
    const clear = find("clear");
    clear.hidden = completed === 0 || this.filter === "open";
    clear.textContent = `Clear ${count(completed, "completed todo")}`;
  }

  grow() {
    if (this.more.hidden) return;
    this.limit += STEP;
    this.render();
    this.observer.unobserve(this.more); // Observed anew, it tells whether it is still in view.
    this.observer.observe(this.more);
  }

  // Open the form of a todo. The one that is open is saved first; where that fails, it stays open.
  async edit(key) {
    if (await this.saveOpenForm()) this.rows.get(key)?.startEditing();
  }

  async saveOpenForm() {
    const row = [...this.rows.values()].find(({ isEditing }) => isEditing);
    return !row || row.form.submit();
  }

  focusedIndex() {
    return [...this.list.children].indexOf(document.activeElement.closest(".row"));
  }

  focusedRow() {
    return this.rowAt(this.focusedIndex());
  }

  rowAt(index) {
    const node = this.list.children[index];
    return node && [...this.rows.values()].find((row) => row.node === node);
  }

  focusRow(index) {
    this.rowAt(index)?.focus();
  }
}

function toSearchable(text) {
  return text.normalize("NFC").toLowerCase();
}
