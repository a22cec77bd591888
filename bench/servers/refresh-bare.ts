// What is left of a refresh when nothing is built around it: `node:http`, one read, one compare-and-set, one ES256
// signature, the writes of one turn of the event loop in one transaction. It checks no more than it must and knows no
// repeats, no clients, no revocation: a limit, not a server.
import { generateKeyPairSync, hash, randomBytes, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { rawFromDer } from "../../server/src/token/jws/ecdsa-signature.ts";
import { CLIENT_ID } from "../people.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { durabilityOf } from "./durability.ts";
import { tellParent } from "./tell-parent.ts";

const [asked, sessions] = process.argv.slice(2);
const database = new DatabaseSync(join(scratchFolder(), "bare.db"));
database.exec(`
  pragma journal_mode = wal;
  pragma synchronous = ${durabilityOf(asked)};
  create table sessions (id text primary key, user_id text not null, hash text not null, version integer not null) strict;
`);
const find = database.prepare("select user_id, hash, version from sessions where id = ?");
find.setReturnArrays(true);
const turnOver = database.prepare("update sessions set hash = ?, version = version + 1 where id = ? and version = ?");
const insert = database.prepare("insert into sessions values (?, ?, ?, 0)");

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const header = Buffer.from(JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: "bench" })).toString("base64url");

function accessToken(user: string, session: string): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "http://127.0.0.1:8080/auth",
    aud: "http://127.0.0.1:8080",
    exp: iat + 600,
    iat,
    jti: randomBytes(16).toString("base64url"),
    client_id: CLIENT_ID,
    sub: user,
    sid: session,
    roles: ["member"],
    permissions: ["address:write:own", "coupon:read:own", "order:create", "order:read:own", "review:create"],
    ver: 1,
    pol: 1,
    auth_time: iat,
    acr: "platform",
    amr: ["swk"],
    openid: "o0123456789012345678901234567",
  };
  const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${input}.${rawFromDer(sign("sha256", Buffer.from(input), privateKey)).toString("base64url")}`;
}

const waiting: { readonly change: () => void; readonly answer: () => void }[] = [];
function commitAll(): void {
  const group = waiting.splice(0);
  database.exec("begin immediate");
  for (const { change } of group) change();
  database.exec("commit");
  for (const { answer } of group) answer();
}

function refresh(form: string, response: ServerResponse): void {
  const token = new URLSearchParams(form).get("refresh_token") ?? "";
  const [, session = "", secret = ""] = token.split(".");
  const row: unknown = find.get(session);
  if (!Array.isArray(row) || row[1] !== hash("sha256", secret, "base64url")) {
    response.writeHead(400).end();
    return;
  }
  const next = randomBytes(32).toString("base64url");
  let changed = 0;
  waiting.push({
    change() {
      changed = Number(turnOver.run(hash("sha256", next, "base64url"), session, Number(row[2])).changes);
    },
    answer() {
      const body = JSON.stringify({
        access_token: accessToken(String(row[0]), session),
        token_type: "Bearer",
        expires_in: 600,
        refresh_token: `bare.${session}.${next}`,
      });
      response.writeHead(changed === 1 ? 200 : 400, {
        "content-type": "application/json",
        "cache-control": "no-store",
        "content-length": Buffer.byteLength(body),
      });
      response.end(body);
    },
  });
  if (waiting.length === 1) setImmediate(commitAll);
}

const tokens = Array.from({ length: Number(sessions) }, (_, place) => {
  const secret = randomBytes(32).toString("base64url");
  const session = `s_${randomBytes(16).toString("base64url")}`;
  insert.run(session, `u_${place}`, hash("sha256", secret, "base64url"));
  return `bare.${session}.${secret}`;
});
const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  let form = "";
  request.setEncoding("utf8");
  request.on("data", (text: string) => {
    form += text;
  });
  request.on("end", () => refresh(form, response));
});
server.listen(0, "127.0.0.1", () => tellParent(server.address(), tokens));
