import { type DatabaseFinding, errorFinding, warningFinding } from "./database-finding.ts";

/** Nodes that a server should allow: two, and one connection for the command line. */
const NODES_LEAST = 2;

/**
 * Does the server allow enough connections for the nodes and the command line?
 * @param poolSize connections that one node opens at most; `undefined` = not known
 * @param allowed connections that the server allows to this user
 */
export function capacityFinding(
  poolSize: number | undefined,
  allowed: number,
  setting: string,
): readonly DatabaseFinding[] {
  if (poolSize === undefined) return [];
  if (allowed < poolSize) {
    return [
      errorFinding(
        `database: this node opens up to ${poolSize} connections, and the server allows ${allowed}; raise ${setting}, or write ?pool=${Math.max(2, Math.floor((allowed - 1) / NODES_LEAST))} in the URL`,
      ),
    ];
  }
  const nodes = Math.floor((allowed - 1) / poolSize);
  if (nodes >= NODES_LEAST) return [];
  return [
    warningFinding(
      `database: each node opens up to ${poolSize} connections, and the server allows ${allowed}, which is enough for ${nodes} node${nodes === 1 ? "" : "s"} and the command line; raise ${setting}, or write a smaller ?pool= in the URL`,
    ),
  ];
}
