// Keyboard shortcuts. None works while the user types in a field, or with Ctrl, Alt or Meta.

import { find } from "./elements.js";

export function setUpKeyboard(list, actions) {
  const anywhere = {
    n: () => find("new-title").focus(),
    "/": () => find("search").focus(),
    "?": () => find("keys").showModal(),
    ArrowDown: () => list.focusRow(list.focusedIndex() + 1),
    ArrowUp: () => list.focusRow(Math.max(list.focusedIndex() - 1, 0)),
  };
  const onRow = {
    Delete: (row) => actions.remove(row.todo),
  };
  const onCheckbox = {
    // Space needs nothing: the checkbox has the focus.
    Enter: (row) => list.edit(row.todo.key),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || find("keys").open) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape" && !event.target.closest(".edit")) leaveField(event.target);
      return;
    }
    const row = list.focusedRow();
    const rowActions = event.target.type === "checkbox" ? { ...onRow, ...onCheckbox } : onRow;
    const action = row && event.key in rowActions ? () => rowActions[event.key](row) : anywhere[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function isTyping(target) {
  return target.matches("input:not([type=checkbox]), textarea, select");
}

// Escape empties the search, and leaves a field without losing what was typed in it.
function leaveField(field) {
  if (field.type === "search" && field.value !== "") {
    field.value = "";
    field.dispatchEvent(new Event("input"));
  } else field.blur();
}
