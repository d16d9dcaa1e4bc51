// The TypeScript library, directly or through mcp-remote, which is a program that speaks stdio on
// one side and HTTP on the other: typescript.mjs TRANSPORT TARGET... AUDIT_FILE.
// TRANSPORT is stdio, http, stateless, sse, or remote-http, remote-sse for mcp-remote.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

// The packages are installed beside a lock file elsewhere.
const require = createRequire(`${process.env.MODULES}/`);
const from = async (name) => import(require.resolve(name));
const { Client } = await from("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = await from("@modelcontextprotocol/sdk/client/stdio.js");
const { StreamableHTTPClientTransport } = await from("@modelcontextprotocol/sdk/client/streamableHttp.js");
const { SSEClientTransport } = await from("@modelcontextprotocol/sdk/client/sse.js");

const [transport, ...rest] = process.argv.slice(2);
const audit = rest.pop();
// The user's credentials over HTTP; none over stdio, where the server has its own.
const headers = JSON.parse(process.env.CLIENT_HEADERS ?? "{}");

function opened() {
  switch (transport) {
    case "stdio":
      return new StdioClientTransport({ command: rest[0], args: rest.slice(1), stderr: "ignore" });
    case "sse":
      return new SSEClientTransport(new URL(rest[0]), { requestInit: { headers } });
    case "remote-http":
    case "remote-sse": {
      const strategy = transport === "remote-sse" ? "sse-only" : "http-only";
      const args = [`${process.env.MODULES}/.bin/mcp-remote`, rest[0], "--transport", strategy];
      for (const [name, value] of Object.entries(headers)) args.push("--header", `${name}:${value}`);
      return new StdioClientTransport({
        command: process.execPath,
        args,
        env: { ...process.env },
        stderr: "ignore",
      });
    }
    default:
      return new StreamableHTTPClientTransport(new URL(rest[0]), { requestInit: { headers } });
  }
}

const records = () =>
  existsSync(audit)
    ? readFileSync(audit, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line))
    : [];
const text = (result) => result.content.map((block) => block.text ?? "").join("");

const client = new Client({ name: "walk", version: "1" });
await client.connect(opened());
const call = (name, args) => client.callTool({ name, arguments: args });

const names = (await client.listTools()).tools.map((tool) => tool.name);
for (const name of ["jira_get_issue", "jira_staging_add_comment", "confluence_staging_search"]) {
  assert(names.includes(name), name);
}
for (const name of ["jira_add_comment", "confluence_create_page"]) {
  assert(!names.includes(name), "production is read-only, so it lists no write");
}

const read = await call("jira_get_issue", { issue_key: "PAY-6" });
assert(!read.isError && JSON.parse(text(read)).key === "PAY-6", text(read));

const body = `typescript over ${transport}`;
const written = await call("jira_staging_add_comment", { issue_key: "DEPOT-5", body });
assert(!written.isError, text(written));
const found = await call("jira_staging_get_issue", { issue_key: "DEPOT-5", comment_limit: 100 });
assert(text(found).includes(body), text(found));

const hidden = await call("jira_add_comment", { issue_key: "PAY-6", body });
assert(hidden.isError && text(hidden) === "Unknown tool: jira_add_comment", text(hidden));
const untouched = await call("jira_get_issue", { issue_key: "PAY-6", comment_limit: 100 });
assert(!untouched.isError && !text(untouched).includes(body), text(untouched));

const refused = await call("jira_staging_add_comment", { issue_key: "OPS-1", body });
assert(refused.isError && text(refused).includes("PROJECTS_FILTER"), text(refused));

const unknown = await call("jira_make_coffee", {});
assert(unknown.isError && text(unknown) === "Unknown tool: jira_make_coffee", text(unknown));

let done = "not asked to cancel";
// Without a session, a legacy client has no way to name the call it gives up.
if (transport !== "stateless") {
  const before = records().length;
  const giving = new AbortController();
  const slow = client
    .callTool({ name: "jira_slow_get_issue", arguments: { issue_key: "DEPOT-1" } }, undefined, { signal: giving.signal })
    .then(() => assert.fail("the slow call was answered"), () => {});
  await sleep(300);
  giving.abort();
  await slow;
  let record;
  for (let i = 0; i < 100 && !record; i += 1) {
    await sleep(100);
    record = records().slice(before).find((one) => one.tool === "jira_slow_get_issue");
  }
  assert.equal(record?.outcome, "cancelled", "the server did not notice the cancellation within ten seconds");
  const again = await call("jira_get_issue", { issue_key: "PAY-6" });
  assert(!again.isError, text(again));
  done = "cancelled";
}
const { version } = JSON.parse(readFileSync(`${process.env.MODULES}/@modelcontextprotocol/sdk/package.json`));
console.log(`typescript sdk ${version} over ${transport}: ${names.length} tools, read, written, hidden, refused, unknown, ${done}`);
await client.close();
