import { after, describe, test } from "node:test";
import { storeCases } from "../../server/src/store/contract/store.contract.ts";
import { postgresCase } from "../../server/src/store/sql/postgres/postgres-case.fixture.ts";
import { POSTGRES_VERSIONS, startEmbeddedPostgres } from "../infrastructure/embedded-postgres.fixture.ts";

for (const version of POSTGRES_VERSIONS) {
  describe(`PostgreSQL ${version}`, async () => {
    const server = await startEmbeddedPostgres(version);
    after(() => server.close());
    for (const [port, all] of Object.entries(storeCases)) {
      for (const one of all) test(`${port}: ${one.name}`, async (t) => one.run(await postgresCase(t, server.port)));
    }
  });
}
