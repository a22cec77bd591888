import type { Kysely } from "kysely";
import type { ColumnTypes } from "../dialect.ts";

/** The last stronger authentication of a session, beside the silent one that it began with. Older nodes leave it alone. */
export async function higherAcr(db: Pick<Kysely<unknown>, "schema">, { text }: ColumnTypes): Promise<void> {
  await db.schema.alterTable("hufu_sessions").addColumn("higher", text).execute();
}
