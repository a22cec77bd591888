import { type Reason, TOKEN_REASONS } from "../../core/errors/reasons.ts";
import type { Access } from "./operation.ts";

/** A node that starts or stops, or whose database is silent. */
const ALWAYS: readonly Reason[] = ["store_unavailable"];
const CLIENT: readonly Reason[] = ["credentials_repeated", "client_secret_wrong", "rate_limited"];
const TOKEN: readonly Reason[] = [
  ...TOKEN_REASONS,
  "permission_denied",
  "proof_missing",
  "proof_invalid",
  "proof_replayed",
  "proof_nonce",
  "rate_limited",
  "revocations_unknown",
];

/** Why an operation may be refused because of who asks. */
export function reasonsOf({ kind }: Access): readonly Reason[] {
  switch (kind) {
    case "anyone":
      return ALWAYS;
    case "client":
      return [...ALWAYS, ...CLIENT, "client_unknown"];
    case "confidential":
      return [...ALWAYS, ...CLIENT, "permission_denied"];
    case "user":
    case "backEnd":
    case "administrator":
      return [...ALWAYS, ...TOKEN];
  }
}

/** As OpenAPI names it: each object is one way; a name's list holds the permissions that are needed. */
export function securityOf(access: Access): readonly Readonly<Record<string, readonly string[]>>[] {
  switch (access.kind) {
    case "anyone":
      return [];
    // Secrets in the form, and the names of mini programs, are no scheme of OpenAPI: they stand in the body.
    case "client":
    case "confidential":
      return [{ basic: [] }, {}];
    case "user":
      return [{ bearer: [] }, { dpop: [] }];
    case "backEnd":
      return [{ bearer: [access.permission] }];
    case "administrator":
      return [{ bearer: [access.permission] }, { dpop: [access.permission] }];
  }
}
