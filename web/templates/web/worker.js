{% autoescape off %}// Keeps the application for use without a network. It never stores what the API answers.

const PREFIX = "todos {{ shell.0 }} ";
const CACHE = PREFIX + "{{ version }}";
const PAGE = "{{ shell.0 }}";
const SHELL = [{% for url in shell %}
  "{{ url }}",{% endfor %}
];

self.addEventListener("install", (event) => {
  event.waitUntil(storeShell());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(removeOldShells());
});

self.addEventListener("fetch", (event) => {
  const path = findInShell(event.request);
  if (path) event.respondWith(answerFromCache(path, event.request));
});

async function storeShell() {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL.map((url) => new Request(url, { cache: "reload" })));
  await self.skipWaiting(); // An open page has loaded all its modules: it does not mix versions.
}

async function removeOldShells() {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// Return the path under which the shell has what is requested, or null: then the network answers.
function findInShell(request) {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return null;
  if (request.mode === "navigate") return pathname === PAGE || `${pathname}/` === PAGE ? PAGE : null;
  return pathname !== PAGE && SHELL.includes(pathname) ? pathname : null;
}

async function answerFromCache(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}
{% endautoescape %}
