import { type AuditLink, type ChainPlace, linkHash, personalHash } from "../../store/audit-chain.ts";

/** The first place at which a chain is not what was sealed. */
export interface ChainFault {
  readonly seq: number;
  /**
   * `missing`: the record is not there. `changed`: it is not the one that was sealed here, or its hash is not. `personal`:
   * its personal fields were changed or added; that they are gone is no fault. `head`: the row that says where the chain
   * ends contradicts the last record. `beyond`: a record behind the end.
   */
  readonly what: "missing" | "changed" | "personal" | "head" | "beyond";
}

/** Is this link the one that follows `previous`, as it was sealed? Pure. */
export function checkLink(previous: ChainPlace, link: AuditLink): ChainFault | undefined {
  const seq = previous.seq + 1;
  if (link.seq !== seq) return { seq, what: "missing" };
  if (linkHash(previous.hash, link) !== link.hash) return { seq, what: "changed" };
  const { personal } = link;
  if (personal !== null && personalHash(personal.salt, personal.fields) !== link.personalHash) {
    return { seq, what: "personal" };
  }
  return undefined;
}
