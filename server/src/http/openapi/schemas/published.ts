import * as z from "zod";
import { REASONS, type Reason } from "../../../core/errors/reasons.ts";
import { ALGORITHMS } from "../../../token/keys/algorithms.ts";
import { ERROR_TABLE } from "../../errors/error-table.ts";
import { named } from "./named.ts";
import { seconds } from "./values.ts";

// Public documents, and the shape of a refusal.

export const metadata = named(
  "Metadata",
  z
    .object({
      issuer: z.url(),
      token_endpoint: z.url(),
      revocation_endpoint: z.url(),
      introspection_endpoint: z.url(),
      jwks_uri: z.url(),
      response_types_supported: z.array(z.string()),
      grant_types_supported: z.array(z.string()),
      token_endpoint_auth_methods_supported: z.array(z.string()),
      revocation_endpoint_auth_methods_supported: z.array(z.string()),
      introspection_endpoint_auth_methods_supported: z.array(z.string()),
      acr_values_supported: z.array(z.string()),
      dpop_signing_alg_values_supported: z.array(z.string()),
    })
    .describe("RFC 8414 §2."),
);

const jwk = z.object({
  kid: z.string(),
  alg: z.enum(ALGORITHMS),
  use: z.literal("sig"),
  kty: z.enum(["EC", "OKP", "RSA"]),
  crv: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
  n: z.string().optional(),
  e: z.string().optional(),
});

export const jwks = named(
  "Jwks",
  z
    .object({
      keys: z.array(jwk),
      unavailable_kids: z.array(z.string()).optional().describe("Keys that this node cannot open."),
    })
    .describe("RFC 7517 §5."),
);

export const description = named("OpenApi", z.looseObject({ openapi: z.string() }).describe("This document."));

export const health = named("Health", z.object({ status: z.literal("ok") }));

export const readiness = named(
  "Readiness",
  z.object({
    status: z.enum(["ready", "not ready"]),
    checks: z.record(z.string(), z.string()).describe("`ok`, or what is wrong."),
  }),
);

const lineOf = (reason: Reason): string => `- \`${reason}\`: ${ERROR_TABLE[reason].description}`;

export const refusal = named(
  "Refusal",
  z
    .object({
      error: z.string().optional().describe("RFC 6749 §5.2 or RFC 6750 §3.1; absent where no token was sent."),
      error_description: z.string().describe("For developers; may change."),
      reason: z.enum(REASONS).describe(`The word by which a client decides.\n\n${REASONS.map(lineOf).join("\n")}`),
      why: z.string().optional().describe("What ended the session or revoked the token."),
      banned_until: seconds.optional().describe("End of a ban; absent without one."),
      request_id: z.string().describe("Hufu's own id of this request; also in X-Request-Id."),
    })
    .describe("A request that was refused (docs/protocol.md §3.5 and §5)."),
);

export const fault = named(
  "Fault",
  z
    .object({ error: z.string(), error_description: z.string(), request_id: z.string() })
    .describe("An answer without a reason: an internal error (500), or a method that is not there (405)."),
);
