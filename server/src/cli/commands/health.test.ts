import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { createNodeListener } from "../../http/create-node-listener.ts";
import { serving, stack } from "../maintained-hufu.fixture.ts";
import { readyAddress } from "./health.ts";

test("health succeeds beside a ready server and fails when it is gone", async (t) => {
  const where = await stack(t, { issuer: "https://api.example.com/sign-in" });
  const server = createServer(createNodeListener(await serving(t, where)));
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const text = JSON.stringify({
    issuer: "https://api.example.com/sign-in",
    listen: { host: "0.0.0.0", port: address.port },
    database: `sqlite:${where.file}`,
    secret: ["env:HUFU_TEST_SECRET"],
    apps: [],
    roles: {},
  });
  writeFileSync(where.config, text);
  const ready = await where.type("health");
  assert.deepEqual([ready.code, ready.out], [0, "The server is ready.\n"], ready.err);

  server.close();
  server.closeAllConnections();
  await once(server, "close");
  const gone = await where.type("health");
  assert.equal(gone.code, 1);
  assert.match(gone.err, new RegExp(`http://127\\.0\\.0\\.1:${address.port}/sign-in/readyz did not answer`));
});

test("health fails when the server says that it is not ready, and names the answer", async (t) => {
  const server = createServer((_request, response) => response.writeHead(503).end());
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const where = await stack(t, { listen: { port: address.port } });
  const { code, err } = await where.type("health");
  assert.equal(code, 1);
  assert.match(err, /\/auth\/readyz answered 503: the server is not ready/);
});

test("the address of readyz follows listen and the issuer's path", () => {
  const issuer = "https://api.example.com/auth";
  assert.equal(
    readyAddress({ issuer, listen: { host: "127.0.0.1", port: 8080 } }),
    "http://127.0.0.1:8080/auth/readyz",
  );
  assert.equal(
    readyAddress({ issuer: "https://api.example.com", listen: { host: "127.0.0.1", port: 8080 } }),
    "http://127.0.0.1:8080/readyz",
  );
  assert.equal(readyAddress({ issuer, listen: { host: "::", port: 9000 } }), "http://[::1]:9000/auth/readyz");
  assert.equal(readyAddress({ issuer, listen: { host: "10.1.2.3", port: 8080 } }), "http://10.1.2.3:8080/auth/readyz");
  const listen = { host: "127.0.0.1", port: 8080 };
  assert.equal(readyAddress({ issuer, listen: { ...listen, path: "" } }), "http://127.0.0.1:8080/readyz");
  assert.equal(readyAddress({ issuer, listen: { ...listen, path: "/sso" } }), "http://127.0.0.1:8080/sso/readyz");
  assert.throws(() => readyAddress({ issuer, listen: { host: "127.0.0.1", port: 0 } }), /listen\.port is 0/);
});
