// Sends the forms of the browsable API, so that a reload sends nothing twice and what was typed stays after an error.

const notice = document.getElementById("notice");
const csrfToken = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.method) return;
  event.preventDefault();
  const method = event.submitter?.dataset.method ?? form.dataset.method;
  const { title } = form.dataset;
  if (method === "DELETE" && title && !window.confirm(`Delete “${title}”?`)) return;
  const response = await send(method, form);
  if (response.ok) await showSuccess(method, form, response);
  else showErrors(form, response.status, await response.json());
});

function send(method, form) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  if (form.dataset.revision) headers["If-Match"] = `"${form.dataset.revision}"`;
  const raw = form.elements._content;
  if (raw) headers["Content-Type"] = form.elements._content_type.value;
  const body = raw ? raw.value : new FormData(form);
  return fetch(form.getAttribute("action"), { method, headers, body: isEmpty(body) ? undefined : body });
}

// A body with the CSRF token alone is none: a DELETE of a todo has no body.
function isEmpty(body) {
  return body instanceof FormData ? [...body.keys()].every((name) => name === "csrfmiddlewaretoken") : body === "";
}

async function showSuccess(method, form, response) {
  const path = form.getAttribute("action");
  if (form.dataset.restore) {
    sessionStorage.setItem("deleted", JSON.stringify(form.dataset));
    location.assign(path.replace(/[^/]+\/?$/, ""));
  } else if (response.headers.has("Location")) location.assign(response.headers.get("Location"));
  else if (method === "PUT" || method === "PATCH") location.assign(path);
  else {
    document.getElementById("content").textContent = (await response.text()) || "Done.";
    notice.textContent = "Done.";
    form.reset();
  }
}

function showErrors(form, status, body) {
  for (const place of form.querySelectorAll("[data-errors]")) place.replaceChildren();
  const changed = "The todo was changed meanwhile. Reload the page to see it, then send your change again.";
  const errors = status === 412 && !body.errors ? [{ detail: changed, attr: null }] : body.errors;
  for (const { detail, attr } of errors) {
    const place = [...form.querySelectorAll("[data-errors]")].find((each) => each.dataset.errors === attr);
    const text = Object.assign(document.createElement("p"), { className: "error", textContent: detail });
    text.setAttribute("role", "alert");
    if (!place && attr) text.textContent = `${attr}: ${detail}`;
    (place ?? form.querySelector("[data-errors]")).append(text);
  }
}

// After a todo was deleted: say so on the list, and offer to restore it.
function offerUndo({ title, restore }) {
  const undo = Object.assign(document.createElement("button"), { textContent: "Undo", className: "secondary" });
  undo.addEventListener("click", async () => {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    const response = await fetch(restore, { method: "POST", headers });
    if (response.ok) location.assign(restore.replace(/restore\/$/, ""));
    else notice.textContent = (await response.json()).message;
  });
  notice.append(`“${title}” is deleted. `, undo);
}

const deleted = sessionStorage.getItem("deleted");
sessionStorage.removeItem("deleted");
if (deleted) offerUndo(JSON.parse(deleted));
