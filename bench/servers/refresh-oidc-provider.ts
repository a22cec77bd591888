// node-oidc-provider with JWT access tokens, rotating refresh tokens and SQLite; nothing switched on that a refresh does
// not need, no id_token, and an adapter whose statements are prepared once.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import Provider, { type Adapter } from "oidc-provider";
import { CLIENT_ID } from "../people.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { durabilityOf } from "./durability.ts";
import { tellParent } from "./tell-parent.ts";

const [asked, sessions] = process.argv.slice(2);
const RESOURCE = "https://api.example.com";
const SCOPE = "order:read:own order:create coupon:read:own address:write:own review:create";

const database = new DatabaseSync(join(scratchFolder(), "oidc.db"));
database.exec(`
  pragma journal_mode = wal;
  pragma synchronous = ${durabilityOf(asked)};
  create table things (
    id text primary key, payload text not null, grant_id text, uid text, user_code text,
    expires_at integer, consumed_at integer
  ) strict, without rowid;
  create index things_grant on things (grant_id) where grant_id is not null;
`);
const upsert = database.prepare(
  `insert into things (id, payload, grant_id, uid, user_code, expires_at) values (?, ?, ?, ?, ?, ?)
   on conflict (id) do update set payload = excluded.payload, expires_at = excluded.expires_at`,
);
const find = database.prepare("select payload, consumed_at from things where id = ?");
find.setReturnArrays(true);
const findByUid = database.prepare("select id from things where uid = ?");
const findByUserCode = database.prepare("select id from things where user_code = ?");
const consume = database.prepare("update things set consumed_at = ? where id = ?");
const destroy = database.prepare("delete from things where id = ?");
const revokeGrant = database.prepare("delete from things where grant_id = ?");
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

function read(id: string): object | undefined {
  const row: unknown = find.get(id);
  if (!Array.isArray(row)) return undefined;
  const payload: object = JSON.parse(String(row[0]));
  return row[1] === null ? payload : { ...payload, consumed: row[1] };
}

function adapterOf(model: string): Adapter {
  const key = (id: string): string => `${model}:${id}`;
  const wordOf = (payload: object, name: string): string | null => {
    const value: unknown = Reflect.get(payload, name);
    return typeof value === "string" ? value : null;
  };
  return {
    async upsert(id, payload, expiresIn) {
      const until = expiresIn === undefined ? null : nowSeconds() + expiresIn;
      upsert.run(
        key(id),
        JSON.stringify(payload),
        wordOf(payload, "grantId"),
        wordOf(payload, "uid"),
        wordOf(payload, "userCode"),
        until,
      );
    },
    find: async (id) => read(key(id)),
    findByUid: async (uid) => read(String(findByUid.get(uid)?.["id"] ?? "")),
    findByUserCode: async (code) => read(String(findByUserCode.get(code)?.["id"] ?? "")),
    async consume(id) {
      consume.run(nowSeconds(), key(id));
    },
    async destroy(id) {
      destroy.run(key(id));
    },
    async revokeByGrantId(grantId) {
      revokeGrant.run(grantId);
    },
  };
}

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const provider = new Provider("http://127.0.0.1:8080", {
  adapter: adapterOf,
  clients: [
    {
      client_id: CLIENT_ID,
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      redirect_uris: ["https://api.example.com/callback"],
      id_token_signed_response_alg: "ES256",
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "bench" }] },
  cookies: { keys: ["a key for cookies that nobody sets here"] },
  findAccount: async (_context: unknown, id: string) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  scopes: ["offline_access", ...SCOPE.split(" ")],
  rotateRefreshToken: true,
  ttl: { RefreshToken: 2_592_000, Grant: 2_592_000, AccessToken: 600 },
  features: {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => RESOURCE,
      useGrantedResource: async () => true,
      getResourceServerInfo: async () => ({
        scope: SCOPE,
        audience: RESOURCE,
        accessTokenTTL: 600,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
});

const client = await provider.Client.find(CLIENT_ID);
const tokens: string[] = [];
for (let place = 0; place < Number(sessions); place += 1) {
  const accountId = `u_${place}`;
  const grant = new provider.Grant({ accountId, clientId: CLIENT_ID });
  grant.addResourceScope(RESOURCE, SCOPE);
  const grantId = await grant.save();
  const token = new provider.RefreshToken({
    accountId,
    client,
    grantId,
    gty: "authorization_code",
    resource: RESOURCE,
    scope: `offline_access ${SCOPE}`,
  });
  tokens.push(await token.save());
}
const server = createServer(provider.callback());
server.listen(0, "127.0.0.1", () => tellParent(server.address(), tokens));
