// Runs the JavaScript client for the tests: reads one call as JSON from each line, and prints its result as JSON.
// After `lose`, the next answer to a write that succeeded is lost on its way back.

import { createInterface } from "node:readline";
import { SyncClient } from "../sync_client.mjs";

const [api, email, password] = process.argv.slice(2);
const client = new SyncClient(api, email, password);
const realFetch = globalThis.fetch;
let isLosing = false;

globalThis.fetch = async (url, options) => {
  const response = await realFetch(url, options);
  if (isLosing && options.method !== "GET" && response.ok && !url.includes("/auth/")) {
    isLosing = false;
    throw new TypeError("the answer was lost");
  }
  return response;
};

for await (const line of createInterface({ input: process.stdin })) {
  const { method, values } = JSON.parse(line);
  let result = null;
  let error = null;
  try {
    if (method === "lose") isLosing = true;
    else if (method === "set") Object.assign(client.state, ...values);
    else if (method === "state") result = client.state;
    else result = (await client[method](...values)) ?? null;
  } catch (caught) {
    error = String(caught);
  }
  console.log(JSON.stringify({ result, error }));
}
