import { openStoreAsItIs } from "../../hufu/database/maintenance.ts";
import { listNodes } from "../../hufu/node/list-nodes.ts";
import { createSecrets } from "../../token/sealing/secrets.ts";
import { type Finding, finding } from "../check/finding.ts";
import type { Configured } from "../check/run-checks.ts";
import { findDatabase } from "../config/find-database.ts";
import { nodeFindings } from "./node-findings.ts";

/** Do the nodes that run list the same secrets, and are they those of the configuration? */
export async function checkNodes({ options, resolved }: Configured, folder: string): Promise<readonly Finding[]> {
  const { url, mayExist } = findDatabase(options.database, folder);
  if (!mayExist) return [finding("nodes", "ok", "none runs: there is no database yet")];
  const store = await openStoreAsItIs(url, resolved.settings.accessMs);
  try {
    const configured = createSecrets(resolved.secrets).all.map(({ id }) => id);
    return nodeFindings(configured, await listNodes(options, store));
  } finally {
    await store.close();
  }
}
