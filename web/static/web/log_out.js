// Asks before a log-out that would delete changes which the app has not sent yet.

const name = `todos ${document.body.dataset.root}`;

for (const form of document.querySelectorAll("form[data-log-out]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const changes = await countUnsentChanges();
    const question = `${changes} change${changes === 1 ? "" : "s"} not sent yet will be lost. Log out?`;
    if (changes === 0 || window.confirm(question)) form.submit();
  });
}

async function countUnsentChanges() {
  const databases = await indexedDB.databases(); // Opening a database that does not exist would create it.
  if (!databases.some((each) => each.name === name)) return 0;
  const database = await finish(indexedDB.open(name));
  const tables = ["edits", "conflicts"];
  const transaction = database.transaction(tables);
  const counts = await Promise.all(tables.map((table) => finish(transaction.objectStore(table).count())));
  database.close();
  return counts[0] + counts[1];
}

function finish(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
