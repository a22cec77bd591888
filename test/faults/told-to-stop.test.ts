import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import test from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createSeededRandom } from "../properties/seeded-random.ts";
import { type ClientRequest, refreshRequest } from "./client-requests.ts";
import { SEED, shortOrLong } from "./how-long.ts";
import { startFleet } from "./nodes.ts";
import { childAt, inLanes, signInAt } from "./people.ts";

const IN_FLIGHT = 200;
const ROUNDS = shortOrLong(1, 20);

interface Opened {
  send(): void;
  /** All that came until the connection ended. */
  readonly answer: Promise<string>;
}

/** A connection that is there, and the request that will be sent into it. */
async function open(port: number, { path, form }: ClientRequest): Promise<Opened> {
  const body = new URLSearchParams(form).toString();
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (words: string) => {
    text += words;
  });
  const answer = new Promise<string>((resolve) => {
    socket.once("close", () => resolve(text));
    socket.once("error", (error) => resolve(`${text}${error.message}`));
  });
  await once(socket, "connect");
  return {
    answer,
    send: () =>
      void socket.write(
        `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      ),
  };
}

function tokenIn(answer: string): string | undefined {
  return /"refresh_token":"([^"]+)"/.exec(answer)?.[1];
}

test(`F32: SIGTERM among ${IN_FLIGHT} refreshes in flight: each is finished or told 503, and nothing is half done (seed ${SEED})`, async (t) => {
  const fleet = await startFleet(t, { nodes: 2 });
  const [stopped, other] = fleet.nodes;
  assert.ok(stopped !== undefined && other !== undefined);
  const seeded = createSeededRandom(SEED + 32);
  const tokens = new Map<string, string>();
  await inLanes(
    Array.from({ length: IN_FLIGHT }, (_, at) => `person ${at}`),
    8,
    async (name) => {
      tokens.set(name, (await signInAt(fleet, other.port, name)).refresh);
    },
  );
  const counted = { finished: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const questions = [...tokens].map(([name, token]) => ({ name, asked: refreshRequest(token) }));
    const opened = await Promise.all(questions.map(({ asked }) => open(stopped.port, asked)));
    for (const each of opened) each.send();
    await delay(seeded.roll(60));
    const stopping: Promise<number | null> = stopped.stop();
    const answers = await Promise.all(opened.map(({ answer }) => answer));
    assert.equal(await stopping, 0);
    for (const [at, answer] of answers.entries()) {
      const question = questions[at] ?? assert.fail();
      assert.match(answer, /^HTTP\/1\.1 (200|503) .+\}$/s, `${question.name}: ${answer}`);
      const token = tokenIn(answer);
      counted[token === undefined ? "refused" : "finished"] += 1;
      const { refresh_token: presented = "", attempt_id: attempt = "" } = question.asked.form;
      const child = await childAt(fleet, other.port, presented, attempt);
      if (token !== undefined) assert.equal(child, token, "the answer that was given still counts");
      tokens.set(question.name, child);
    }
    await stopped.start();
  }
  t.diagnostic(`${counted.finished} finished, ${counted.refused} were told 503`);
});
