import type { PresentNode } from "../../session/upkeep/node-presence.ts";
import { type Finding, finding } from "../check/finding.ts";
import { counted } from "../output/counted.ts";

const WHAT = "nodes";

/**
 * Compares by the secrets' ids, which say nothing of the secrets. Pure.
 * @param configured ids of the configuration's secrets, newest first
 */
export function nodeFindings(
  configured: readonly string[],
  nodes: readonly Pick<PresentNode, "name" | "secrets">[],
): readonly Finding[] {
  if (nodes.length === 0) return [finding(WHAT, "ok", "no node has said in the last 90 seconds that it runs")];
  const lists = [{ name: "this configuration", secrets: configured }, ...nodes];
  const found = lists.flatMap(({ name, secrets }) => {
    // All nodes must be able to read what one of them makes with its newest secret.
    const foreign = lists.find((other) => other.secrets[0] !== undefined && !secrets.includes(other.secrets[0]));
    if (foreign === undefined) return [];
    const text = `${name} does not list the newest secret of ${foreign.name}, and refuses its tokens; give all nodes one list of secrets`;
    return [finding(WHAT, "error", text)];
  });
  if (found.length > 0) return found;
  const late = nodes.find(({ secrets }) => secrets.join() !== configured.join());
  if (late === undefined)
    return [finding(WHAT, "ok", `${counted(nodes.length, "node")} with the secrets of this configuration`)];
  const text = `${late.name} has another order or number of secrets than this configuration; restart it, or finish the change (hufu secrets rotate --help)`;
  return [finding(WHAT, "warning", text)];
}
