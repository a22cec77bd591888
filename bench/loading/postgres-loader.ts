import { Client } from "pg";
import type { Loader } from "./loader.ts";

/** Seeds are words of ours, without a backslash. */
const WORD = `
  create function pg_temp.bench_word(seed text, length int) returns text language sql immutable as $$
    select left(translate(encode(sha256(seed::bytea), 'base64'), '+/', '-_'), length)
  $$`;

export async function openPostgresLoader(url: string): Promise<Loader> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("set synchronous_commit = off; set session_replication_role = replica");
  await client.query(WORD);
  // A function that goes with its connection is found by its whole name only.
  return {
    run: async (statement) => void (await client.query(statement.replaceAll("bench_word", "pg_temp.bench_word"))),
    rows: async <Row>(query: string) => (await client.query(query)).rows as readonly unknown[] as readonly Row[],
    tidyUp: async () => {
      await client.query("vacuum analyze");
      await client.query("checkpoint");
    },
    close: () => client.end(),
  };
}
