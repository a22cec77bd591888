import { createHmac } from "node:crypto";
import { lengthPrefixed } from "../core/length-prefixed.ts";
import type { BanHashes } from "../store/users.ts";
import type { SecretKeys } from "../token/sealing/secrets.ts";

/** What recognises a banned user after the data of the account was erased. */
export function banHashes({ hash: key }: SecretKeys): BanHashes {
  const hash = (...parts: readonly string[]): string =>
    createHmac("sha256", key)
      .update(lengthPrefixed(...parts))
      .digest("base64url");
  return {
    identity: ({ platform, app, openid }) => hash("identity", platform, app, openid),
    union: (scope, unionid) => hash("union", scope, unionid),
  };
}
