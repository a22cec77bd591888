import type { Answer } from "../http/messages/call.ts";

/** The headers of a refusal that stay when the back end answers in its own words (docs/protocol.md §5). */
const KEPT = ["www-authenticate", "hufu-reason"] as const;

/** The headers of a refusal that no host may change. */
export function keptHeaders({ headers }: Answer): readonly (readonly [name: string, value: string])[] {
  return KEPT.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
}
