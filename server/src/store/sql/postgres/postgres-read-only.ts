import { ReadOnlySettingError } from "../pool/read-only-setting.ts";

/** Asked on a connection whose transactions only read. */
export const READ_ONLY_FACTS = `
  select pg_is_in_recovery()::text as standby, quote_ident(current_user) as role,
    quote_ident(current_database()) as database,
    (select source from pg_catalog.pg_settings where name = 'default_transaction_read_only') as source
`;

/** A standby, which a failover can make the primary, or a setting, which the operator has to change. */
export function whyItOnlyReads(fact: (name: "standby" | "role" | "database" | "source") => string | undefined): Error {
  if (fact("standby") === "true") return new Error("the server only reads: it is not the primary");
  const role = `role ${fact("role")}`;
  const database = `database ${fact("database")}`;
  const owners: Readonly<Record<string, string>> = { user: role, database, "database user": `${role} in ${database}` };
  const owner = owners[fact("source") ?? ""];
  return new ReadOnlySettingError(
    owner === undefined
      ? "database: default_transaction_read_only is on, so nothing can be written; set it to off where the server is configured, or remove it from the URL"
      : `database: default_transaction_read_only is on for the ${owner}, so nothing can be written; run alter ${owner} set default_transaction_read_only = off`,
  );
}
