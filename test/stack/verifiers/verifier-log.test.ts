import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createPort } from "node:net";
import { type TestContext, test } from "node:test";
import { silentLogger } from "../../../server/src/core/log/log.ts";
import { until } from "../../../server/src/core/until.fixture.ts";
import { createNodeListener } from "../../../server/src/http/create-node-listener.ts";
import { BACK_END, POOR_BACK_END, startRealHufu } from "../../../server/src/http/hufu.fixture.ts";
import { createVerifier } from "../../../server/src/verify/index.ts";

/** Warnings and errors of a verifier, as they were handed to its log. */
function follow(t: TestContext, issuer: string, client: { readonly id: string; readonly secret: string }) {
  const told: { readonly message: string; readonly fields: object }[] = [];
  const note = (fields: object, message: string): void => void told.push({ message, fields });
  const verifier = createVerifier({
    issuer,
    audience: "https://api.example.com",
    feed: { clientId: client.id, clientSecret: client.secret },
    log: { ...silentLogger, warn: note, error: note },
  });
  t.after(() => verifier.close());
  return { told, verifier };
}

async function freeLoopbackPort(): Promise<number> {
  const port = createPort().listen(0, "127.0.0.1");
  await once(port, "listening");
  const { port: number } = port.address() as AddressInfo;
  port.close();
  await once(port, "close");
  return number;
}

test("a client without the feed's permission is told which one is missing, in the log and by ready()", async (t) => {
  const port = await freeLoopbackPort();
  const issuer = `http://127.0.0.1:${port}/auth`;
  const real = await startRealHufu(issuer);
  t.after(real.close);
  const server = createServer(createNodeListener(real.hufu)).listen(port, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { told, verifier } = follow(t, issuer, POOR_BACK_END);
  const advice =
    /403 permission_denied: give this client the permission hufu\.revocations:read in the server's clients/;
  await assert.rejects(verifier.ready(), advice);
  await until(() => told.some(({ fields }) => advice.test(JSON.stringify(fields))));
  const { verifier: allowed } = follow(t, issuer, BACK_END);
  await allowed.ready();
});

test("an issuer that is not reached is told in one line each, without stacks", async (t) => {
  const { told, verifier } = follow(t, `http://127.0.0.1:${await freeLoopbackPort()}/auth`, BACK_END);
  await assert.rejects(verifier.ready());
  await until(() => told.length >= 2);
  for (const { message, fields } of told) {
    assert.match(message, /cannot be read|could not be fetched/);
    assert.match(JSON.stringify(fields), /"why":"[^"]*ECONNREFUSED/);
    assert.deepEqual(
      Object.values(fields).filter((value) => typeof value === "object"),
      [],
    );
  }
});
