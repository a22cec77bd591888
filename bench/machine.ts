import { availableParallelism, cpus, totalmem } from "node:os";

/** What a figure was measured on, as tables and charts say it. */
export function machineText(): string {
  const processor = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${processor}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`;
}
