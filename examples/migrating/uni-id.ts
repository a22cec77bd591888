// uni-id: the collection uni-id-users as the uniCloud console exports it, one JSON document a line.
// node uni-id.ts uni-id-users.json wx0123456789abcdef __UNI__0123456 > users.ndjson
import { createReadStream } from "node:fs";
import { stdout } from "node:process";
import { createInterface } from "node:readline";

interface UniIdUser {
  readonly _id: string | { readonly $oid: string };
  /** `mp` or, before uni-id-pages, `mp-weixin`; since 1.0.8 also `mp_` and the DCloud appid. */
  readonly wx_openid?: Readonly<Record<string, string | undefined>> | null;
  readonly wx_unionid?: string | null;
  readonly role?: readonly string[] | null;
  readonly mobile?: string | null;
  readonly mobile_confirmed?: number;
  /** 0 or absent: normal; 1 banned; 2 in review; 3 review refused; 4 closed by its owner. */
  readonly status?: number;
}

const CLOSED = 4;
/** uni-id lets none of them sign in. */
const REASONS: Readonly<Record<number, string>> = { 1: "banned in uni-id", 2: "in review", 3: "review refused" };

const [file = "", app = "", dcloudAppid = ""] = process.argv.slice(2);
if (!app.startsWith("wx")) throw new TypeError("say the appid: node uni-id.ts uni-id-users.json wx… __UNI__…");

for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
  if (line.trim() === "") continue;
  const found: UniIdUser = JSON.parse(line);
  const openids = found.wx_openid ?? {};
  const openid = openids[`mp_${dcloudAppid}`] ?? openids["mp"] ?? openids["mp-weixin"];
  if (!openid || found.status === CLOSED) continue;
  const reason = REASONS[found.status ?? 0];
  const user = {
    app,
    openid,
    unionid: found.wx_unionid || null,
    external_id: typeof found._id === "string" ? found._id : found._id.$oid,
    roles: found.role ?? [],
    ban: reason === undefined ? null : { reason },
    // An unconfirmed number must not identify a user.
    phone: found.mobile && found.mobile_confirmed === 1 ? `+86${found.mobile}` : null,
  };
  stdout.write(`${JSON.stringify(user)}\n`);
}
