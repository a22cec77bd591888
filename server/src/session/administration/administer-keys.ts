import { HufuError } from "../../core/errors/errors.ts";
import type { SessionContext } from "../context.ts";
import type { KeyDescription } from "../signing-keys/key-ring.ts";
import type { Administrator } from "./administrator.ts";

/** Takes a key out. One that was taken out before is answered alike. @throws HufuError `not_found` */
export async function revokeKey(
  { keys }: Pick<SessionContext, "keys">,
  { caller }: Administrator,
  kid: string,
): Promise<void> {
  if (await keys.revoke(kid, caller)) return;
  const known: KeyDescription | undefined = (await keys.list()).find((key) => key.kid === kid);
  if (known === undefined) throw new HufuError("not_found", { detail: "there is no such key" });
}
