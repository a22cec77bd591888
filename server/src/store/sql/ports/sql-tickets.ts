import { HufuError } from "../../../core/errors/errors.ts";
import type { TicketStore } from "../../tickets.ts";
import { type SqlDatabase, UniqueViolation } from "../dialect.ts";
import type { TicketRow } from "../schema.ts";
import { prepare } from "../statements/prepared/prepared.ts";

/** The primary key lets one insert through: a single statement, on however many nodes. */
export function createSqlTickets({ reader, writeOne, differences }: SqlDatabase): TicketStore {
  const insert = prepare<Omit<TicketRow, "redeemed_at">, unknown>(["jti", "redeemer"], (values) =>
    reader.insertInto("hufu_tickets").values({ ...values, redeemed_at: differences.now }),
  );
  const find = prepare<Pick<TicketRow, "jti">, Pick<TicketRow, "redeemer">>(["jti"], ({ jti }) =>
    reader.selectFrom("hufu_tickets").select("redeemer").where("jti", "=", jti),
  );
  const redeemerOf = async (jti: string): Promise<string | undefined> =>
    (await find(reader, { jti })).rows[0]?.redeemer;

  return Object.freeze<TicketStore>({
    redeemerOf,
    async redeem(jti, redeemer) {
      try {
        await writeOne((db) => insert(db, { jti, redeemer }));
        return redeemer;
      } catch (error) {
        if (!(error instanceof UniqueViolation)) throw error;
      }
      const first = await redeemerOf(jti);
      if (first !== undefined) return first;
      // What reads is behind what writes, or the row was purged between the two.
      throw new HufuError("store_unavailable", { retryAfter: 1, detail: "a redeemed ticket cannot be read" });
    },
  });
}
