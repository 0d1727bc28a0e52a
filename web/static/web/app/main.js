// A client of the API in the browser: online and offline, in several tabs. Start here.

import { Actions } from "./actions.js";
import { Api } from "./api.js";
import { ConflictView } from "./conflict_view.js";
import { buildView } from "./edits.js";
import { count, element, find } from "./elements.js";
import { setUpKeyboard } from "./keyboard.js";
import { ListView } from "./list_view.js";
import { announce, button, setUpUndo, showBar, showState } from "./status_view.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";

const SYNC_EVERY = 30_000; // milliseconds, while the page is visible
const urls = document.body.dataset;
const loginUrl = `${urls.login}?next=${encodeURIComponent(urls.app)}`;
const loginLink = () => element("a", { textContent: "Log in", href: loginUrl });

const store = await Store.open(`todos ${urls.root}`).catch((error) => {
  document.body.append("Todos cannot store anything in this browser. Please allow it for this site.");
  throw error;
});
const api = new Api(urls.root, urls.csrf);
const sync = new Sync(store, api, `todos ${urls.root}`);
const actions = new Actions(store, sync);
const list = new ListView(actions);
const conflictView = new ConflictView((conflict, edits) => actions.resolve(conflict, edits));

function render() {
  list.isLoaded = store.isLoaded;
  const isForeign = sync.problem === "other user";
  list.show(isForeign ? [] : buildView(store.todos.values(), store.edits).values());
  conflictView.show(isForeign ? [] : store.conflicts);
  showState({ store, sync });
  renderBar();
}

// Render once for all changes before the next frame.
let isRenderPlanned = false;
function planRender() {
  if (isRenderPlanned) return;
  isRenderPlanned = true;
  requestAnimationFrame(() => {
    isRenderPlanned = false;
    render();
  });
}

function renderBar() {
  const { problem } = sync;
  if (problem === "logged out" && !store.user) location.replace(loginUrl);
  else if (problem === "logged out") showBar("Logged out. ", loginLink(), " to send your changes.");
  else if (problem === "other user") showBar(...describeForeignData());
  else if (problem && !store.user) showBar("You are offline. Your todos appear once you are online.");
  else showBar();
}

function describeForeignData() {
  const changes = count(store.unsent, "change");
  const remove = async () => {
    if (!window.confirm(`Remove ${changes} for good?`)) return;
    await store.empty();
    sync.run();
  };
  const text = `${changes} of ${store.user.email} could not be sent yet. Log in as ${store.user.email} to send them. `;
  return [text, loginLink(), " ", button("Remove them", remove)];
}

async function logOut() {
  await list.saveOpenForm();
  const changes = count(store.unsent, "change");
  if (store.unsent > 0 && !window.confirm(`${changes} not sent yet will be lost. Log out?`)) return;
  try {
    await api.fetchCsrfToken();
    await sync.lock(async () => {
      sync.isStopped = true; // What is removed must not be fetched again.
      await store.empty();
      await api.logOut(urls.logout);
    });
    location.replace(urls.root);
  } catch {
    sync.isStopped = false;
    announce("You could not be logged out. Try again when you are online.");
  }
}

// Leaving the page loses nothing that was typed.
function saveTyped() {
  if (!store.user) return; // Logged out: nothing is kept.
  list.saveOpenForm();
  const draft = { name: "draft", value: find("new-title").value };
  if (draft.value !== store.draft) store.commit([["put", "meta", draft]]);
}

function setUpPage() {
  find("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = find("new-title");
    const title = field.value.trim();
    if (title === "") return;
    field.value = "";
    if (!(await actions.add(title))) field.value = title;
  });
  find("clear").addEventListener("click", () => actions.clearCompleted(list.todos));
  find("log-out").addEventListener("click", logOut);
  find("show-keys").addEventListener("click", () => find("keys").showModal());
  find("new-title").value = store.draft;
  window.addEventListener("pagehide", saveTyped);
  setUpUndo();
  setUpKeyboard(list, actions);
  find("app").hidden = false;
}

// Sync when something may have changed: on coming back to the page or the network, and regularly.
function setUpSync() {
  const syncIfVisible = () => document.visibilityState === "visible" && sync.run();
  for (const event of ["online", "offline", "focus"]) window.addEventListener(event, () => sync.run());
  document.addEventListener("visibilitychange", syncIfVisible);
  setInterval(syncIfVisible, SYNC_EVERY);
  setInterval(planRender, 60_000); // "today" becomes "overdue".
}

store.addEventListener("change", planRender);
sync.addEventListener("state", planRender);
setUpPage();
setUpSync();
if (store.user) render();
await sync.run();
navigator.serviceWorker?.register(urls.worker, { scope: urls.app.replace(/\/$/, "") });
