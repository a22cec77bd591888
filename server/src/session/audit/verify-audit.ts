import type { AuditStore } from "../../store/audit.ts";
import type { ChainPlace } from "../../store/audit-chain.ts";
import { type ChainFault, checkLink } from "./check-link.ts";

/** Links of one reading. */
const PAGE = 2000;

/** What a verification found. */
export interface AuditVerification {
  /** The first fault; `null` = there is none. */
  readonly fault: ChainFault | null;
  /** The last place up to which everything is as it was sealed. */
  readonly end: ChainPlace;
  /** The last record that was purged: the chain begins behind it. */
  readonly start: ChainPlace;
  /** Records whose personal fields were erased. */
  readonly erased: number;
  /** Records that wait to be chained, and so are not verified. */
  readonly waiting: number;
  /** The place of the hash that was looked for; `null` if it is nowhere in the chain, or none was. */
  readonly found: ChainPlace | null;
}

export interface VerifyOptions {
  /** A hash that the chain had once, kept elsewhere. */
  readonly head?: string | undefined;
  /** Told now and then how many records were verified, of about how many. */
  readonly progress?: ((verified: number, of: number) => void) | undefined;
}

/**
 * Verifies the audit chain from its beginning to its end, in bounded memory, while servers go on sealing and purging.
 *
 * Within the database this finds what was changed, removed, inserted or reordered. An attacker can also write the whole
 * rest of the chain anew, or cut its end and change the row of the head to match. Only a `head` that was kept elsewhere
 * finds that.
 */
export async function verifyAudit(
  store: Pick<AuditStore, "links" | "state">,
  options: VerifyOptions = {},
): Promise<AuditVerification> {
  for (;;) {
    const { start } = await store.state();
    const walk = await walkFrom(store, start, options);
    const state = await store.state();
    // A purge took the beginning away meanwhile.
    if (walk.fault?.what === "missing" && state.start.seq > walk.end.seq) continue;
    const fault = walk.fault ?? (walk.end.seq > state.head.seq ? { seq: state.head.seq + 1, what: "beyond" } : null);
    return { ...walk, fault, start, waiting: state.waiting };
  }
}

type Walk = Pick<AuditVerification, "fault" | "end" | "erased" | "found">;

async function walkFrom(
  store: Pick<AuditStore, "links" | "state">,
  start: ChainPlace,
  { head, progress }: VerifyOptions,
): Promise<Walk> {
  let end = start;
  let erased = 0;
  let found: ChainPlace | null = start.hash === head ? start : null;
  for (;;) {
    // Read before the links: all that it counts must be among them, while more may be sealed at any moment.
    const state = await store.state();
    const links = await store.links(end.seq, PAGE);
    if (links.length === 0) return { fault: faultOfEnd(end, state.head), end, erased, found };
    for (const link of links) {
      const fault = checkLink(end, link);
      if (fault !== undefined) return { fault, end, erased, found };
      if (link.personalHash !== null && link.personal === null) erased += 1;
      end = { seq: link.seq, hash: link.hash };
      if (end.hash === head) found = end;
    }
    progress?.(end.seq - start.seq, Math.max(state.head.seq, end.seq) - start.seq);
  }
}

function faultOfEnd(end: ChainPlace, head: ChainPlace): ChainFault | null {
  if (head.seq > end.seq) return { seq: end.seq + 1, what: "missing" };
  return head.seq === end.seq && head.hash !== end.hash ? { seq: head.seq, what: "head" } : null;
}
