import type { AddressInfo } from "node:net";

/** Says where this server listens, answers how much processor time it has used, and ends with its parent. */
export function tellParent(address: AddressInfo | string | null | number, texts: readonly string[] = []): void {
  const port = typeof address === "object" ? address?.port : Number(address);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.({ port, texts });
}
