// The data of one user in IndexedDB, with a copy in memory that is kept the same in all tabs.

const TABLES = {
  todos: { keyPath: "id" }, // The server's todos, each with its `key` in this browser.
  edits: { keyPath: "number", autoIncrement: true }, // In the order in which the user made them.
  conflicts: { keyPath: "number", autoIncrement: true },
  meta: { keyPath: "name" }, // "user": who owns all this. "revision": up to which the todos are complete.
};

// Fires "change" after each change, also after those of other tabs.
export class Store extends EventTarget {
  static async open(name) {
    const store = new Store();
    store.database = await openDatabase(name);
    store.channel = new BroadcastChannel(name);
    store.channel.onmessage = ({ data }) => store.apply(data);
    Object.assign(store, { tables: {}, ids: new Map(), keys: new Map() });
    await Promise.all(Object.keys(TABLES).map((table) => store.load(table)));
    return store;
  }

  async load(table) {
    const request = this.database.transaction(table).objectStore(table).getAll();
    const records = await finish(request, "success");
    this.tables[table] = new Map(records.map((record) => [record[TABLES[table].keyPath], record]));
    if (table === "todos") records.forEach((todo) => this.rememberId(todo));
  }

  get user() {
    return this.tables.meta.get("user")?.value ?? null;
  }

  get revision() {
    return this.tables.meta.get("revision")?.value ?? 0;
  }

  // Whether the todos have been fetched once.
  get isLoaded() {
    return this.tables.meta.has("revision");
  }

  // What was typed in the field for a new todo when the page was left.
  get draft() {
    return this.tables.meta.get("draft")?.value ?? "";
  }

  get todos() {
    return this.tables.todos;
  }

  get edits() {
    return [...this.tables.edits.values()];
  }

  get conflicts() {
    return [...this.tables.conflicts.values()];
  }

  get unsent() {
    return this.tables.edits.size + this.tables.conflicts.size;
  }

  // Return the id of the todo with this key, if the server has told it; of a deleted one, too.
  findId(key) {
    return this.ids.get(key) ?? null;
  }

  rememberId({ key, id }) {
    this.ids.set(key, id);
    this.keys.set(id, key);
  }

  // Carry out all operations or none, each [operation, table, value]: ["put", "todos", todo], ["delete", "edits", 7],
  // ["clear", "meta"].
  async commit(operations) {
    const transaction = this.database.transaction(Object.keys(TABLES), "readwrite");
    for (const [operation, table, value] of operations) {
      const request = transaction.objectStore(table)[operation](...(operation === "clear" ? [] : [value]));
      if (operation === "put") request.onsuccess = () => (value[TABLES[table].keyPath] = request.result);
    }
    transaction.commit(); // At once: the page may be about to close.
    await finish(transaction, "complete");
    this.channel.postMessage(operations);
    this.apply(operations);
  }

  apply(operations) {
    for (const [operation, name, value] of operations) {
      const table = this.tables[name];
      if (!table) continue; // Another tab's message while this one still loads.
      if (operation === "put" && name === "todos") this.rememberId(value);
      if (operation === "put") table.set(value[TABLES[name].keyPath], value);
      else if (operation === "delete") table.delete(value);
      else table.clear();
    }
    this.dispatchEvent(new Event("change"));
  }

  addEdits(edits, ...operations) {
    const additions = edits.map(({ number, ...edit }) => ["put", "edits", edit]); // Stored once more, it is the last.
    return this.commit([...operations, ...additions]);
  }

  // Remove everything, and give the place to a user, or to nobody.
  async empty(user = null) {
    const operations = Object.keys(TABLES).map((table) => ["clear", table]);
    if (user) operations.push(["put", "meta", { name: "user", value: user }]);
    await this.commit(operations);
  }

  // Return the operation that stores a todo of the server.
  putTodo(todo, key = this.keys.get(todo.id) ?? String(todo.id)) {
    return ["put", "todos", { ...todo, key }];
  }
}

async function openDatabase(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    for (const [table, options] of Object.entries(TABLES)) request.result.createObjectStore(table, options);
  };
  return finish(request, "success");
}

// Return the result of a request, or of a transaction, once it is there.
function finish(request, event) {
  return new Promise((resolve, reject) => {
    request.addEventListener(event, () => resolve(request.result));
    for (const failure of ["error", "abort"]) request.addEventListener(failure, () => reject(request.error));
  });
}
