import { type DatabaseFinding, errorFinding, warningFinding } from "./database-finding.ts";

/** Nodes that a server should have room for: two, and one connection for the command line. */
const NODES_LEAST = 2;

/**
 * Is there room for the connections of the nodes and of the command line?
 * @param poolSize connections that one node opens at most; `undefined` = not known
 * @param room connections that the server allows to this user
 */
export function roomFinding(poolSize: number | undefined, room: number, setting: string): readonly DatabaseFinding[] {
  if (poolSize === undefined) return [];
  if (room < poolSize) {
    return [
      errorFinding(
        `database: this node opens up to ${poolSize} connections, and the server allows ${room}; raise ${setting}, or write ?pool=${Math.max(2, Math.floor((room - 1) / NODES_LEAST))} in the URL`,
      ),
    ];
  }
  const nodes = Math.floor((room - 1) / poolSize);
  if (nodes >= NODES_LEAST) return [];
  return [
    warningFinding(
      `database: each node opens up to ${poolSize} connections, and the server allows ${room}, which is room for ${nodes} node${nodes === 1 ? "" : "s"} beside the command line; raise ${setting}, or write a smaller ?pool= in the URL`,
    ),
  ];
}
