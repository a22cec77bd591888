import { networkInterfaces } from "node:os";

/** Does listening on this address let other machines in? */
export function isEverywhere(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** This machine's address in the local network, if it has one. */
export function lanAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
}
