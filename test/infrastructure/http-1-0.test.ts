import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { deployment, startHufu } from "../../server/src/cli/hufu.fixture.ts";

const SECRET = "e0b1c67d94fa4c1b8d2f60a37c5e9b18";
const BASIC = Buffer.from(`orders-api:${SECRET}`).toString("base64");

function postOf(form: Readonly<Record<string, string>>, ...headers: readonly string[]): string {
  const body = new URLSearchParams(form).toString();
  const type = "Content-Type: application/x-www-form-urlencoded";
  const lines = ["POST /auth/oauth/token HTTP/1.0", type, `Content-Length: ${body.length}`, ...headers];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

function memberOf(answer: string, name: string): string {
  return new RegExp(`"${name}":"([^"]+)"`).exec(answer)?.[1] ?? assert.fail(answer);
}

test("a proxy that speaks HTTP/1.0 gets whole answers without chunks, and the stream of revocations", async (t) => {
  const clients = [{ id: "orders-api", secret: SECRET, permissions: ["hufu.revocations:read"] }];
  const where = await deployment(t, { clients });
  const server = await startHufu(["serve", "--config", "hufu.json"], where);
  const port = Number(new URL(server.address).port);
  const ask = async (request: string, status = 200): Promise<string> => {
    const socket = connect(port, "127.0.0.1");
    socket.write(request);
    // Ends when the server closes the connection: nothing else says where an answer of HTTP/1.0 may end.
    const answer = await text(socket);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.doesNotMatch(answer, /^transfer-encoding:/im);
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    assert.equal(Number(/^content-length: (\d+)/im.exec(head)?.[1]), Buffer.byteLength(body));
    return answer;
  };

  await ask("GET /auth/healthz HTTP/1.0\r\n\r\n");
  await ask("GET /auth/.well-known/jwks.json HTTP/1.0\r\nConnection: close\r\n\r\n");
  const code = where.platform.issueCode({ user: "alice" });
  const signIn = { grant_type: "urn:hufu:grant-type:login-code", client_id: "wx-demo", code };
  const refresh_token = memberOf(await ask(postOf(signIn)), "refresh_token");
  await ask(postOf({ grant_type: "refresh_token", client_id: "wx-demo", refresh_token }));
  assert.equal(memberOf(await ask(postOf({}), 400), "reason"), "parameter_missing");

  const granted = await ask(postOf({ grant_type: "client_credentials" }, `Authorization: Basic ${BASIC}`));
  const feed = connect(port, "127.0.0.1").setEncoding("utf8");
  t.after(() => feed.destroy());
  feed.write(
    `GET /auth/revocations HTTP/1.0\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${memberOf(granted, "access_token")}\r\n\r\n`,
  );
  let heard = "";
  while (!heard.includes("event: ready\n")) heard += String((await once(feed, "data"))[0]);
  const [head, events = ""] = heard.split("\r\n\r\n");
  assert.doesNotMatch(head ?? "", /^transfer-encoding:/im);
  assert.match(events, /^(?:id|event): /, "no chunk's length before the first event");
});
