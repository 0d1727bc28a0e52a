// What the user should know: the state of the data, a bar where something is to be done, and what just happened.

import { count, element, find } from "./elements.js";

const NEWS = {
  "logged-out": "You are logged out.",
  conflict: "A change needs your decision.",
  offline: "Offline. Your changes are kept here.",
};

// Say whether everything is saved.
export function showState({ store, sync }) {
  const [name, text] = describeState(store, sync);
  find("state").textContent = text;
  find("state").dataset.state = name;
  find("news").textContent = NEWS[name] ?? ""; // For screen readers: not every "Saved".
}

function describeState({ edits, conflicts }, { problem, isRunning }) {
  const waiting = count(edits.length, "change");
  if (problem === "logged out" || problem === "other user") return ["logged-out", "Logged out"];
  if (conflicts.length > 0) return ["conflict", count(conflicts.length, "conflict")];
  if (problem === "offline") return ["offline", edits.length > 0 ? `Offline, ${waiting} waiting` : "Offline"];
  if (edits.length > 0) return ["waiting", isRunning ? `Saving ${waiting}` : `Waiting, ${waiting}`];
  return problem ? ["offline", "Server not reachable"] : ["saved", "Saved"];
}

// Show a text with links and buttons in the bar, or hide it.
export function showBar(...content) {
  const bar = find("bar");
  const text = content.map((node) => node.textContent ?? node).join("");
  if (bar.textContent === text) return; // Screen readers say it once.
  bar.replaceChildren(...content);
  bar.hidden = content.length === 0;
}

export function button(textContent, action) {
  const node = element("button", { type: "button", textContent });
  node.addEventListener("click", action);
  return node;
}

let undoLast = null;

// Say what happened. With `undo`, a button takes it back.
export function announce(text, undo = null) {
  find("message").textContent = text;
  find("undo").hidden = undo === null;
  undoLast = undo;
}

export function setUpUndo() {
  find("undo").addEventListener("click", () => {
    const undo = undoLast;
    announce("");
    undo?.();
  });
}
