import { type DatabaseFinding, errorFinding, noteFinding, warningFinding } from "./database-finding.ts";

/** Nodes that a server should allow: two, and one connection for the command line. */
const NODES_LEAST = 2;

/** How many connections a node opens at most. */
export interface PoolCapacity {
  /** Of one process; `undefined` = not known. */
  readonly poolSize: number | undefined;
  /** Processes of this node, each with a pool of that size. Default: 1. */
  readonly processes?: number | undefined;
}

/**
 * Does the server allow enough connections for the nodes and the command line?
 * @param allowed connections that the server allows to this user
 */
export function capacityFinding(
  { poolSize, processes = 1 }: PoolCapacity,
  allowed: number,
  setting: string,
): readonly DatabaseFinding[] {
  if (poolSize === undefined) return [];
  const most = poolSize * processes;
  const many = processes === 1 ? "" : ` (${processes} workers with ${poolSize} each)`;
  if (allowed < most) {
    const fitting = Math.max(2, Math.floor((allowed - 1) / NODES_LEAST / processes));
    return [
      errorFinding(
        `database: this node opens up to ${most} connections${many}, and the server allows ${allowed}; raise ${setting}, or write ?pool=${fitting} in the URL`,
      ),
    ];
  }
  const nodes = Math.floor((allowed - 1) / most);
  if (nodes >= NODES_LEAST) {
    if (processes === 1) return [];
    return [
      noteFinding(`database: this node opens up to ${most} connections${many}, and the server allows ${allowed}`),
    ];
  }
  return [
    warningFinding(
      `database: each node opens up to ${most} connections${many}, and the server allows ${allowed}, which is enough for ${nodes} node${nodes === 1 ? "" : "s"} and the command line; raise ${setting}, or write a smaller ?pool= in the URL`,
    ),
  ];
}
