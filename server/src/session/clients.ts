import { createHash, timingSafeEqual } from "node:crypto";
import { parsePermission } from "../access/permission.ts";
import { fitsInToken } from "../access/role-permissions.ts";
import { HufuError } from "../core/errors/errors.ts";
import { weaknessOf } from "../token/sealing/weak-secret.ts";

/** A back end that may call Hufu: a confidential client. */
export interface ClientRegistration {
  readonly id: string;
  readonly secret: string;
  /** What its own tokens may do, such as `hufu.tokens:introspect`. */
  readonly permissions: readonly string[];
}

/** A confidential client that has shown its secret. */
export interface Client {
  readonly id: string;
  readonly permissions: readonly string[];
}

/** An id and a secret as a request showed them. */
export interface ShownSecret {
  readonly id: string;
  readonly secret: string;
}

export interface Clients {
  /**
   * The client that one of these belongs to. A wrong secret and an unknown id take the same time.
   * @throws HufuError `client_secret_wrong`
   */
  authenticate(shown: readonly ShownSecret[]): Client;
  /** The registration as it is now, without its secret. */
  find(id: string): Client | undefined;
}

/**
 * The registered back ends.
 * @param weakSecrets `accept` is for development alone
 * @throws TypeError for an empty or repeated id, a weak secret, or invalid or too many permissions
 */
export function createClients(
  registrations: readonly ClientRegistration[],
  weakSecrets: "refuse" | "accept" = "refuse",
): Clients {
  const clients = new Map<string, { client: Client; secretHash: Buffer }>();
  for (const { id, secret, permissions } of registrations) {
    if (id === "" || clients.has(id)) throw new TypeError(`clients: the id "${id}" is empty or stands twice`);
    if (secret === "") throw new TypeError(`clients: the secret of "${id}" is empty`);
    const weakness = weakSecrets === "accept" ? undefined : weaknessOf(secret);
    if (weakness !== undefined) {
      throw new TypeError(`clients: the secret of "${id}" ${weakness}; make one with: openssl rand -hex 32`);
    }
    for (const permission of permissions) parsePermission(permission);
    if (!fitsInToken(permissions)) throw new TypeError(`clients: the permissions of "${id}" pass 4 KiB`);
    clients.set(id, {
      client: Object.freeze({ id, permissions: Object.freeze([...permissions]) }),
      secretHash: hashOf(secret),
    });
  }
  return Object.freeze({
    authenticate(shown: readonly ShownSecret[]): Client {
      let found: Client | undefined;
      for (const { id, secret } of shown) {
        const known = clients.get(id);
        const isRight = timingSafeEqual(known?.secretHash ?? NO_HASH, hashOf(secret));
        if (known !== undefined && isRight) found = known.client;
      }
      if (found === undefined) throw new HufuError("client_secret_wrong", { isForged: true });
      return found;
    },
    find: (id: string) => clients.get(id)?.client,
  });
}

/** No text has this hash. */
const NO_HASH = Buffer.alloc(32);

/** Hashed first, so that the comparison takes equally long for every guess. */
function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}
