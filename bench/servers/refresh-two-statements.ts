// What is left of a refresh on PostgreSQL when nothing is built around it: the two statements that Hufu itself sends, by
// the same driver through a pool of the same size, behind `node:http`. No token is checked, derived or signed.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { Client, Pool } from "pg";
import { hufuWithPeople } from "../people.ts";
import { tellParent } from "./tell-parent.ts";

const [url = "", sessions] = process.argv.slice(2);

interface Sent {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Everything that the driver sends meanwhile. */
async function sentDuring(work: () => Promise<unknown>): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  const { query } = Client.prototype;
  Client.prototype.query = function listening(this: Client, ...asked: unknown[]): unknown {
    const [first] = asked;
    if (typeof first === "object" && first !== null && "text" in first) sent.push(first as Sent);
    return Reflect.apply(query, this, asked);
  } as typeof query;
  await work();
  Client.prototype.query = query;
  return sent;
}

const { hufu, people } = await hufuWithPeople(url, Number(sessions));
const clientId = "wx0000000000000001";
const [first] = people;
const child = await hufu.protocol.refresh({ clientId, refreshToken: first?.refreshToken ?? "" });
const sent = await sentDuring(() => hufu.protocol.refresh({ clientId, refreshToken: child.refreshToken ?? "" }));
const read = sent.find(({ text }) => text.startsWith("select") && text.includes("hufu_sessions"));
const change = sent.find(({ text }) => text.startsWith("update") && text.includes("hufu_sessions"));
if (read === undefined || change === undefined) throw new Error("Hufu did not send the two statements");
await hufu.close();

/** Where in the values a column's own is. */
function placeOf(pattern: RegExp): number {
  const place = Number(pattern.exec(change?.text ?? "")?.[1]);
  if (!(place > 0)) throw new Error(`not found in the statement: ${pattern}`);
  return place - 1;
}
const places = {
  id: placeOf(/"id" = \$(\d+)/),
  version: placeOf(/set.*?"version" = \$(\d+)/),
  hash: placeOf(/"current_hash" = \$(\d+)/),
  expected: placeOf(/where.*"version" = \$(\d+) - 1/),
};

// As many connections as Hufu's own default.
const pool = new Pool({ connectionString: url, max: 10 });
const readQuery = { name: read.name, text: read.text };
const changeQuery = { name: change.name, text: change.text };

async function refresh(id: string): Promise<boolean> {
  const { rows } = await pool.query({
    ...readQuery,
    values: read?.values.map((value) => (String(value).startsWith("s_") ? id : value)) ?? [],
  });
  const version = Number(rows[0]?.version) + 1;
  const values = [...(change?.values ?? [])];
  values[places.id] = id;
  values[places.version] = version;
  values[places.expected] = version;
  values[places.hash] = randomBytes(32).toString("base64url");
  return (await pool.query({ ...changeQuery, values })).rowCount === 1;
}

const { rows } = await pool.query<{ id: string }>("select id from hufu_sessions order by id");
const server = createServer((request, response) => {
  let form = "";
  request.setEncoding("utf8");
  request.on("data", (text: string) => {
    form += text;
  });
  request.on("end", () => {
    const id = new URLSearchParams(form).get("refresh_token") ?? "";
    refresh(id).then(
      (isDone) => {
        const body = JSON.stringify({ access_token: "ey: none", refresh_token: id });
        response.writeHead(isDone ? 200 : 400, { "content-length": Buffer.byteLength(body) });
        response.end(body);
      },
      () => response.writeHead(503).end(),
    );
  });
});
server.listen(0, "127.0.0.1", () =>
  tellParent(
    server.address(),
    rows.map(({ id }) => id),
  ),
);
