// What Hufu's own protocol costs when nothing is built around it: `node:http`, and one after the other its check of a refresh
// token, its two statements, its decision and its two new tokens. No router, clients, limits, metrics or logs, and nothing
// is ever away: how fast Hufu would be without layers, not a server.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { permissionsOf } from "../../server/src/access/role-permissions.ts";
import { systemRandom } from "../../server/src/core/random.ts";
import { systemClock, toSeconds } from "../../server/src/core/time/clock.ts";
import { newRequestId } from "../../server/src/http/messages/request-caller.ts";
import { decideRefresh } from "../../server/src/session/refresh/refresh-decision.ts";
import type { Session, SessionFacts } from "../../server/src/store/records.ts";
import { sqliteDifferences } from "../../server/src/store/sql/sqlite/sqlite.ts";
import { openSqliteConnection } from "../../server/src/store/sql/sqlite/sqlite-connection.ts";
import { prepareMintFacts } from "../../server/src/store/sql/statements/sessions/mint-facts.ts";
import { prepareSessionStatements } from "../../server/src/store/sql/statements/sessions/session-statements.ts";
import { newTokenId, signAccessToken } from "../../server/src/token/access-token/sign-access-token.ts";
import { createSigningKey } from "../../server/src/token/keys/signing-key.ts";
import { attemptTag, createRefreshTokens, parentTagOf } from "../../server/src/token/refresh-token.ts";
import { createSecrets } from "../../server/src/token/sealing/secrets.ts";
import { BENCH_SECRET, benchOptions, hufuWithPeople } from "../people.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { durabilityOf, weakenTo } from "./durability.ts";
import { tellParent } from "./tell-parent.ts";

const LIFE_S = 600;
const HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "content-type": "application/json",
  "cache-control": "no-store",
  pragma: "no-cache",
};

const [asked, sessions] = process.argv.slice(2);
weakenTo(durabilityOf(asked));
const file = join(scratchFolder(), "hufu.db");
const { hufu, people } = await hufuWithPeople(`sqlite:${file}`, Number(sessions));
await hufu.close();

const { db, exec } = openSqliteConnection({ file, clock: systemClock, access: "write", busyTimeoutMs: 1000 });
const facts = prepareMintFacts(db, sqliteDifferences);
const { compareAndSet } = prepareSessionStatements(db, sqliteDifferences);
const secrets = createSecrets([BENCH_SECRET]);
const refreshTokens = createRefreshTokens(secrets);
const key = createSigningKey("ES256");
const { issuer, roles = {} } = benchOptions("", "");
const audience = new URL(issuer).origin;
const permissions = new Map(Object.entries(roles));
const rules = { idleMs: 30 * 86_400_000, newestKeyId: secrets.newest.id, parentTagOf };

const waiting: { readonly change: () => Promise<boolean>; readonly done: (won: Promise<boolean>) => void }[] = [];
/** The changes of one turn of the event loop in one transaction, as Hufu groups them. */
function commitAll(): void {
  const group = waiting.splice(0);
  exec("begin immediate");
  const won = group.map(({ change }) => change());
  exec("commit");
  for (const [place, { done }] of group.entries()) done(won[place] ?? Promise.resolve(false));
}

function changed(next: Session): Promise<boolean> {
  return new Promise((resolve) => {
    waiting.push({ change: () => compareAndSet(db, next), done: resolve });
    if (waiting.length === 1) setImmediate(commitAll);
  });
}

function accessToken({ session, user, pol, now }: SessionFacts): string {
  const iat = toSeconds(now);
  return signAccessToken(key, {
    iss: issuer,
    aud: audience,
    sub: user.id,
    client_id: session.clientId,
    iat,
    exp: iat + LIFE_S,
    jti: newTokenId(systemRandom),
    sid: session.id,
    openid: session.openid,
    roles: user.roles,
    permissions: permissionsOf(user.roles, permissions),
    ver: user.ver,
    pol,
    auth_time: toSeconds(session.authTime),
    acr: session.acr,
    amr: session.amr,
  });
}

/** The body of the answer; `undefined` for all that is not simply good. */
async function refresh(form: URLSearchParams): Promise<string | undefined> {
  const token = refreshTokens.parse(form.get("refresh_token") ?? "");
  const attempt = form.get("attempt_id") ?? "";
  if (token === undefined) return undefined;
  const found = await facts.find(db, token.sessionId);
  if (found?.session.status !== "active" || found.user.status !== "active") return undefined;
  if (found.session.clientId !== form.get("client_id")) return undefined;
  const tag = attempt === "" ? "" : attemptTag(token.sessionId, attempt);
  const verdict = decideRefresh(found.session, token, tag, found.now, rules);
  if (verdict.answer !== "child") return undefined;
  const session = verdict.next ?? found.session;
  if (verdict.next !== undefined && !(await changed(verdict.next))) return undefined;
  return JSON.stringify({
    access_token: accessToken({ ...found, session }),
    token_type: "Bearer",
    expires_in: LIFE_S,
    refresh_token: refreshTokens.child({ keyId: session.keyId, parent: token, attempt, tag }),
    refresh_token_expires_in: toSeconds(session.idleUntil - found.now),
    user: { id: found.user.id, external_id: found.user.externalId, new: false, roles: found.user.roles },
  });
}

async function answer(form: string, response: ServerResponse): Promise<void> {
  const body = (await refresh(new URLSearchParams(form))) ?? "";
  response.writeHead(body === "" ? 400 : 200, {
    ...HEADERS,
    "x-request-id": newRequestId(systemRandom),
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  let form = "";
  request.setEncoding("utf8");
  request.on("data", (text: string) => {
    form += text;
  });
  request.on("end", () => void answer(form, response));
});
const tokens = people.map(({ refreshToken }) => refreshToken);
server.listen(0, "127.0.0.1", () => tellParent(server.address(), tokens));
