import * as z from "zod";
import { LIMIT, LIMIT_MOST } from "../../endpoints/revocations-endpoint.ts";
import { named } from "./named.ts";
import { clientId, endWhy, permissions, roleName, seconds, sessionId, userId, version } from "./values.ts";

const cursor = z
  .string()
  .regex(/^\d+\.\d+$/)
  .describe("`epoch.number`.");
const why = z.string();
const until = seconds.describe("After this second no token that it concerns can be valid.");

const entry = named(
  "RevocationEntry",
  z
    .union([
      z.object({ sid: sessionId, why: endWhy, until }),
      z.object({ sub: userId, ver: version, why, until }),
      z.object({ role: roleName, pol: version, permissions, until }),
      z.object({ jti: z.string(), why, until }),
      z.object({ kid: z.string(), why, until }),
      z.object({ all: z.literal(true), pol: version, why, until }),
      z.object({ client_id: clientId, pol: version, why, until }),
    ])
    .describe("What is no longer true. A reader that does not understand an entry counts as out of touch."),
);

export const revocationsQuery = z.object({
  after: cursor.optional().describe("The cursor up to which the reader has read."),
  limit: z.int().min(1).max(LIMIT_MOST).default(LIMIT).optional().describe("Pages only: a stream refuses it."),
});

export const revocationPage = named(
  "RevocationPage",
  z.object({
    reset: z.literal(true).optional().describe("What was told before does not count."),
    items: z.array(entry),
    cursor,
    next: cursor.nullable(),
  }),
);

export const revocationStream = named(
  "RevocationStream",
  z.string().describe("Server-sent events `revoke`, `ready`, `beat` and `reset` (docs/protocol.md §6)."),
);

export const roleTable = named("RoleTable", z.object({ pol: version, roles: z.record(z.string(), permissions) }));
