import assert from "node:assert/strict";
import { after, describe, type TestContext, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { checkDatabaseAt, checkDatabaseUrl, openStoreAt } from "../../server/src/hufu/database/open-database.ts";
import { startMariadbServer } from "../../server/src/store/sql/mysql/mariadb-server.fixture.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { makeTlsCertificate, type TlsCertificate } from "../infrastructure/tls-certificate.fixture.ts";

const ENTRY_LIFE_MS = 720_000;

async function opens(t: TestContext, url: string): Promise<void> {
  const store = await openStoreAt(url, { clock: systemClock, entryLifeMs: ENTRY_LIFE_MS });
  t.after(() => store.close());
  await store.ping();
}

/** Why the connection was refused. */
async function refusalOf(url: string): Promise<string> {
  try {
    await (await openStoreAt(url, { clock: systemClock, entryLifeMs: ENTRY_LIFE_MS })).close();
  } catch (error) {
    assert.ok(error instanceof Error && error.cause instanceof Error);
    return error.cause.message;
  }
  throw new Error("the connection was made");
}

/** A server with a certificate for this name. */
async function mariadbFor(name: string): Promise<{ readonly port: number; readonly tls: TlsCertificate }> {
  const tls = makeTlsCertificate(name, "mysql");
  const server = await startMariadbServer({ flags: () => [`--ssl-cert=${tls.certificate}`, `--ssl-key=${tls.key}`] });
  after(async () => {
    await server.close();
    tls.remove();
  });
  const admin = await createConnection({ host: "127.0.0.1", port: server.port, user: "root" });
  await admin.query("create database hufu");
  await admin.end();
  return { port: server.port, tls };
}

async function postgresFor(name: string): Promise<{ readonly port: number; readonly tls: TlsCertificate }> {
  const tls = makeTlsCertificate(name, "postgres");
  const settings = { ssl: "on", ssl_cert_file: tls.certificate, ssl_key_file: tls.key };
  const server = await startPostgresServer({ settings });
  after(async () => {
    await server.close();
    tls.remove();
  });
  return { port: server.port, tls };
}

describe("MariaDB over TLS", async () => {
  const ours = await mariadbFor("DNS:localhost");
  const others = await mariadbFor("DNS:elsewhere.example");
  const url = (at: typeof ours, ssl: object): string =>
    `mysql://root@localhost:${at.port}/hufu?ssl=${encodeURIComponent(JSON.stringify(ssl))}`;

  test("the guide's example connects to the server whose name the certificate holds", async (t) => {
    await opens(t, url(ours, { minVersion: "TLSv1.2", ca: ours.tls.authority }));
  });

  test("a certificate of the right authority for another name is refused", async () => {
    assert.match(await refusalOf(url(others, { minVersion: "TLSv1.2", ca: others.tls.authority })), /altnames/);
  });

  test("a certificate of an unknown authority is refused", async () => {
    assert.match(await refusalOf(url(ours, { minVersion: "TLSv1.2", ca: others.tls.authority })), /certificate/);
    assert.match(await refusalOf(`mysql://root@localhost:${ours.port}/hufu?ssl=true`), /certificate/);
  });

  test("only the option by its own name leaves the host's name out", async (t) => {
    const careless = url(others, { ca: others.tls.authority, verifyIdentity: false });
    await opens(t, careless);
    const about = async (asked: string) =>
      (await checkDatabaseAt(asked, { clock: systemClock })).filter(({ text }) => text.includes("verifyIdentity"));
    assert.match((await about(careless))[0]?.text ?? "", /TLS does not check the server's name/);
    assert.deepEqual(await about(url(ours, { ca: ours.tls.authority })), []);
  });

  test("what ssl cannot be is refused before anything is opened", async () => {
    for (const ssl of ["yes", "1", "[]", '{"ca":"/no/such/file"}', "Amazon RDS"]) {
      const asked = `mysql://root@localhost:${ours.port}/hufu?ssl=${encodeURIComponent(ssl)}`;
      await assert.rejects(checkDatabaseUrl(asked), /^TypeError: database: .*ssl/, ssl);
    }
  });
});

describe("PostgreSQL over TLS", async () => {
  const ours = await postgresFor("DNS:localhost");
  const others = await postgresFor("DNS:elsewhere.example");
  const url = (at: typeof ours, mode: string): string =>
    `postgres://postgres@localhost:${at.port}/postgres?sslmode=${mode}&sslrootcert=${encodeURIComponent(at.tls.authority)}`;

  test("the guide's example connects to the server whose name the certificate holds", async (t) => {
    await opens(t, url(ours, "verify-full"));
  });

  test("a certificate of the right authority for another name is refused", async () => {
    assert.match(await refusalOf(url(others, "verify-full")), /altnames/);
  });
});
