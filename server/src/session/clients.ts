import { createHash, timingSafeEqual } from "node:crypto";
import { parsePermission } from "../access/permission.ts";
import { fitsInToken } from "../access/role-permissions.ts";
import { HufuError } from "../core/errors.ts";

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

export interface Clients {
  /** @throws HufuError `client_unknown`, `client_secret_wrong` */
  authenticate(id: string, secret: string): Client;
  /** The registration as it is now, without its secret. */
  find(id: string): Client | undefined;
}

/**
 * The registered back ends.
 * @throws TypeError for an empty or repeated id, an empty secret, or permissions that are none or too many
 */
export function createClients(registrations: readonly ClientRegistration[]): Clients {
  const clients = new Map<string, { client: Client; secretHash: Buffer }>();
  for (const { id, secret, permissions } of registrations) {
    if (id === "" || clients.has(id)) throw new TypeError(`clients: the id "${id}" is empty or stands twice`);
    if (secret === "") throw new TypeError(`clients: the secret of "${id}" is empty`);
    for (const permission of permissions) parsePermission(permission);
    if (!fitsInToken(permissions)) throw new TypeError(`clients: the permissions of "${id}" pass 4 KiB`);
    clients.set(id, {
      client: Object.freeze({ id, permissions: Object.freeze([...permissions]) }),
      secretHash: hashOf(secret),
    });
  }
  return Object.freeze({
    authenticate(id: string, secret: string): Client {
      const known = clients.get(id);
      if (known === undefined) throw new HufuError("client_unknown");
      if (!timingSafeEqual(known.secretHash, hashOf(secret))) throw new HufuError("client_secret_wrong");
      return known.client;
    },
    find: (id: string) => clients.get(id)?.client,
  });
}

/** Hashed first, so that the comparison takes equally long for every guess. */
function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}
