import { permissionsOf } from "../access/role-permissions.ts";
import { createMacCheck, type MacCheck, type UserKeySource } from "../proof/mac-check.ts";
import { createProofCheck, type ProofCheck } from "../proof/proof-check.ts";
import { createProofNonces } from "../proof/proof-nonces.ts";
import type { OutboxFollower } from "../revocations/follow-outbox.ts";
import type { Policy } from "../session/policy.ts";
import type { KeyRing } from "../session/signing-keys/key-ring.ts";
import type { HotStore } from "../store/hot.ts";
import type { Secrets } from "../token/sealing/secrets.ts";
import { createLocalVerifier, type LocalVerifier } from "../verify/local-verifier.ts";
import type { RevocationList } from "../verify/revocation-list/revocation-list.ts";
import type { NodeEnvironment } from "./node/node-environment.ts";
import type { ResolvedOptions } from "./options/resolve-options.ts";

export interface GuardParts {
  readonly keys: KeyRing;
  readonly policy: Policy;
  readonly list: RevocationList;
  readonly follower: Pick<OutboxFollower, "readAt">;
  readonly proofs: ProofCheck;
  readonly macs: MacCheck;
}

/** What guards of this process ask. */
export function composeVerifier<Claims>(
  { settings, maxSilenceMs, publicUrl }: ResolvedOptions,
  { clock, log, meter }: NodeEnvironment,
  { keys, policy, list, follower, proofs, macs }: GuardParts,
): LocalVerifier<Claims> {
  return createLocalVerifier<Claims>({
    guardProofs: { proofs, macs, publicUrl },
    log,
    issuer: settings.issuer,
    audience: settings.audience,
    keys: { find: keys.find, seek: keys.seek },
    revocations: list,
    countChecks: meter.isOn,
    silence:
      maxSilenceMs === undefined ? undefined : { ms: () => clock.monotonic() - follower.readAt(), most: maxSilenceMs },
    permissionsOf(names, pol) {
      const snapshot = policy.atLeast(pol);
      if (!(snapshot instanceof Promise)) return permissionsOf(names, snapshot.roles);
      return snapshot.then(({ roles: table }) => permissionsOf(names, table));
    },
  });
}

/** The token endpoint and the guards accept proofs of possession apart: a nonce of one is none of the other. */
export function composeProofs(
  purpose: "token" | "guard",
  { clock }: NodeEnvironment,
  { secrets, hot }: { readonly secrets: Secrets; readonly hot: HotStore },
): ProofCheck {
  const nonces = createProofNonces({ purpose, keys: secrets.all.map(({ nonce }) => nonce), windows: hot, clock });
  return createProofCheck({ nonces, windows: hot, clock });
}

/** Request MACs have nonces of their own, and the keys that this process asks the platform for. */
export function composeMacs(
  { clock }: NodeEnvironment,
  { secrets, hot, keys }: { readonly secrets: Secrets; readonly hot: HotStore; readonly keys: UserKeySource },
): MacCheck {
  const nonceKeys = secrets.all.map(({ nonce }) => nonce);
  const nonces = createProofNonces({ purpose: "mac", keys: nonceKeys, windows: hot, clock });
  return createMacCheck({ nonces, windows: hot, keys, clock });
}
