import { toSeconds } from "../../../core/time/clock.ts";
import { pageByTime } from "../../../session/administration/page.ts";
import type { KeyDescription } from "../../../session/signing-keys/key-ring.ts";
import type { Place } from "../../../store/directory.ts";
import type { Endpoint } from "../../endpoint.ts";
import { privateEmpty, privateJson } from "../../messages/answers.ts";
import { type AdminParts, adminEndpoint, tagged } from "./admin-endpoint.ts";
import { queryOf } from "./read-input.ts";

const WRITE = "hufu.keys:write";

/** The signing keys: their stages, a successor, and the end of one at once. */
export function keysEndpoints(parts: AdminParts): readonly Endpoint[] {
  return [
    adminEndpoint("/admin/keys", parts, {
      GET: {
        permission: "hufu.keys:read",
        async answer({ call, calls }) {
          const query = queryOf(call);
          const page = pageByTime(await calls.keys(), query, placeOf, parseKid);
          return tagged(call, { items: page.items.map(keyOnWire), next: page.next });
        },
      },
    }),
    adminEndpoint("/admin/keys/rotate", parts, {
      POST: {
        permission: WRITE,
        async answer({ calls, administrator }) {
          return privateJson(200, { kid: await calls.rotateKey(administrator) });
        },
      },
    }),
    adminEndpoint("/admin/keys/{kid}/revoke", parts, {
      POST: {
        permission: WRITE,
        async answer({ calls, administrator, parameters }) {
          await calls.revokeKey(administrator, parameters["kid"] ?? "");
          return privateEmpty(204);
        },
      },
    }),
  ];
}

function placeOf({ createdAt, kid }: KeyDescription): Place<string> {
  return { at: createdAt, id: kid };
}

/** RFC 7638, with SHA-256. */
export const KID: RegExp = /^[A-Za-z0-9_-]{43}$/;

function parseKid(text: string): string | undefined {
  return KID.test(text) ? text : undefined;
}

function keyOnWire({ kid, alg, stage, createdAt, signsFrom, publishedUntil, revokedAt }: KeyDescription): object {
  return {
    kid,
    alg,
    stage,
    created: toSeconds(createdAt),
    signs_from: toSeconds(signsFrom),
    published_until: publishedUntil === null ? null : toSeconds(publishedUntil),
    revoked: revokedAt === null ? null : toSeconds(revokedAt),
  };
}
