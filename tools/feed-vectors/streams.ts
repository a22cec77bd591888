// Vectors: in which order things come, where a stream goes on, and for how long silence is no news.
import type { FeedVector, VectorStep } from "../../server/src/verify/feed/feed-vectors.fixture.ts";
import {
  beat,
  cut,
  expectTokens,
  inTouch,
  left,
  open,
  passes,
  publish,
  ready,
  reset,
  revoke,
  revoked,
  send,
  stale,
  unknown,
  wait,
} from "./steps.ts";
import { JTI, KEYS, SID, SUB } from "./tokens.ts";

const kicked = (cursor: string, sid: string = SID.alice): string => revoke(cursor, { sid, why: "kicked" });

/** Something that cannot come: the stream is left, nothing is confirmed by it, and what was known before counts. */
function disorder(name: string, text: string, after: readonly (string | null)[] = [null]): FeedVector {
  const steps: readonly VectorStep[] = [
    ...inTouch("3.5", kicked("3.5", SID.bob)),
    wait(1000),
    send(beat("3.5", 1), text, beat("3.9", 1)),
    left,
    expectTokens({ alice: passes, bob: revoked("kicked") }),
    open(...after),
    wait(1000),
    send(kicked("3.5", SID.bob), ready("3.5"), beat("3.5", 2)),
    expectTokens({ alice: passes, bob: revoked("kicked") }),
    wait(5001),
    expectTokens({ alice: unknown, bob: revoked("kicked") }),
  ];
  return { name, steps };
}

export const STREAMS: readonly FeedVector[] = [
  {
    name: "nothing passes before the first beat after ready",
    steps: [
      publish("one"),
      expectTokens({ alice: unknown }),
      open(null),
      expectTokens({ alice: unknown }),
      send(kicked("3.1"), beat("3.1", 0)),
      expectTokens({ bob: unknown }),
      send(ready("3.1")),
      expectTokens({ bob: unknown, alice: revoked("kicked") }),
      send(beat("3.1", 0)),
      expectTokens({ bob: passes, alice: revoked("kicked") }),
    ],
  },
  {
    name: "pieces are cut anywhere, lines end in any way, comments and unknown fields say nothing",
    steps: [
      publish("one"),
      open(null),
      send(": hello\n\nid: 3.1\r\nevent: rev"),
      send(`oke\r\ndata: {"sid":"${SID.alice}",\r`),
      send(`\ndata:"why":"kicked","until":1790003600}\r\n\r\nretry: 1000\nid: 3.1\nevent: ready\ndata\n\n`),
      send(beat("3.1", 0)),
      expectTokens({ alice: revoked("kicked"), bob: passes }),
    ],
  },
  {
    name: "a stream that was cut goes on after the last whole event, and what was half said is not taken",
    steps: [
      ...inTouch("3.1", kicked("3.1", SID.bob)),
      send(kicked("3.2").slice(0, -1)),
      expectTokens({ alice: passes }),
      cut,
      open("3.1"),
      expectTokens({ alice: passes, bob: revoked("kicked") }),
      send(kicked("3.2"), "event: ready\ndata: {}\n\n", beat("3.2", 0)),
      expectTokens({ alice: revoked("kicked"), bob: revoked("kicked") }),
    ],
  },
  {
    name: "a beat's cursor is where the next stream goes on: entries that are over are not sent",
    steps: [...inTouch("3.1"), wait(1000), send(beat("3.40", 1)), cut, open("3.40")],
  },
  {
    name: "the first stream was cut before ready: what it brought counts, but the next begins at the beginning",
    steps: [
      publish("one"),
      open(null),
      send(kicked("3.1")),
      cut,
      open(null),
      send(kicked("3.1"), ready("3.1"), beat("3.1", 0)),
      expectTokens({ alice: revoked("kicked"), bob: passes }),
    ],
  },
  {
    name: "the last entry once more is no disorder",
    steps: [
      ...inTouch("3.1", kicked("3.1")),
      cut,
      open("3.1"),
      send(kicked("3.1"), ready("3.1"), beat("3.1", 0)),
      expectTokens({ alice: revoked("kicked"), bob: passes }),
    ],
  },
  disorder("an entry that is not after the last one", kicked("3.4")),
  disorder("another entry under the number of the last one", revoke("3.5", { jti: JTI.alice, why: "logged_out" })),
  disorder("a beat that runs backwards", beat("3.4", 1)),
  disorder("another epoch without a reset", kicked("4.6")),
  disorder("a beat of another epoch without a reset", beat("4.5", 1)),
  disorder("ready, twice", ready("3.5")),
  disorder(
    "an entry without a cursor",
    `event: revoke\ndata: {"jti":"${JTI.alice}","why":"x","until":1790003600}\n\n`,
    [null, "3.5"],
  ),
  disorder("an event of an unknown kind", "event: pardon\ndata: {}\n\n", [null, "3.5"]),
  disorder("a beat without its time", 'event: beat\ndata: {"cursor":"3.5"}\n\n', [null, "3.5"]),
  disorder("a beat whose time is text", 'event: beat\ndata: {"cursor":"3.5","at":"1790000001"}\n\n', [null, "3.5"]),
  {
    name: "reset: versions are forgotten when the new list is whole, ended sessions, tokens and keys never",
    steps: [
      ...inTouch(
        "3.4",
        kicked("3.1"),
        revoke("3.2", { sub: SUB.bob, ver: 9, why: "roles_changed" }),
        revoke("3.3", { client_id: "wx-cinema", pol: 12, why: "reset" }),
        revoke("3.4", { jti: JTI.shop, why: "logged_out" }),
      ),
      expectTokens({ alice: revoked("kicked"), bob: stale("roles_changed"), shop: revoked("logged_out") }),
      wait(1000),
      send(reset),
      expectTokens({ alice: revoked("kicked"), bob: stale("roles_changed") }),
      send(revoke("4.1", { sub: SUB.bob, ver: 7, why: "stale" })),
      expectTokens({ bob: stale("roles_changed") }),
      send(ready("4.1"), beat("4.1", 1)),
      expectTokens({ alice: revoked("kicked"), bob: passes, shop: revoked("logged_out") }),
    ],
  },
  {
    name: "what ends while the list is built anew counts at once",
    steps: [...inTouch("3.1"), send(reset, kicked("4.1")), expectTokens({ alice: revoked("kicked"), bob: passes })],
  },
  {
    name: "a reset that was cut: the half list is lost, the old one goes on, and no cursor of the new epoch is sent",
    steps: [
      ...inTouch("3.1", revoke("3.1", { sub: SUB.bob, ver: 9, why: "roles_changed" })),
      send(reset, revoke("4.1", { sub: SUB.alice, ver: 6, why: "stale" })),
      cut,
      open(null, "3.1"),
      expectTokens({ bob: stale("roles_changed"), alice: passes }),
      send(reset, revoke("4.1", { sub: SUB.alice, ver: 6, why: "stale" }), ready("4.1"), beat("4.1", 0)),
      expectTokens({ bob: passes, alice: stale("stale") }),
    ],
  },
  {
    name: "a restored database under a reader that comes back: reset, and an end that the database has lost stays",
    steps: [
      ...inTouch("3.7", kicked("3.6"), revoke("3.7", { kid: KEYS.two.kid, why: "key_compromised" })),
      cut,
      open("3.7"),
      send(reset, revoke("4.2", { all: true, pol: 11, why: "reset" }), ready("4.2"), beat("4.2", 0)),
      expectTokens({
        alice: revoked("kicked"),
        bob: passes,
        shop: revoked("reset"),
        carol: revoked("key_compromised"),
      }),
    ],
  },
];

export const SILENCE: readonly FeedVector[] = [
  {
    name: "five seconds without a beat are the most",
    steps: [
      ...inTouch("3.1", kicked("3.1")),
      wait(5000),
      expectTokens({ bob: passes, alice: revoked("kicked") }),
      wait(1),
      expectTokens({ bob: unknown, alice: revoked("kicked") }),
    ],
  },
  {
    name: "beats keep it in touch, one by one",
    steps: [
      ...inTouch("3.1"),
      ...[1, 2, 3, 4, 5, 6, 7].flatMap((second) => [wait(1000), send(beat("3.1", second))]),
      expectTokens({ bob: passes }),
    ],
  },
  {
    name: "entries, comments and ready prove no contact, only beats do",
    steps: [
      ...inTouch("3.1"),
      wait(2000),
      send(": still here\n\n", kicked("3.2")),
      wait(3001),
      expectTokens({ bob: unknown, alice: revoked("kicked") }),
    ],
  },
  {
    name: "back in touch by a new stream, from where the old one was",
    steps: [
      ...inTouch("3.1"),
      wait(6000),
      cut,
      expectTokens({ alice: unknown }),
      open("3.1"),
      send(kicked("3.2"), ready("3.2")),
      expectTokens({ bob: unknown }),
      send(beat("3.2", 6)),
      expectTokens({ alice: revoked("kicked"), bob: passes }),
    ],
  },
  {
    name: "a first beat that comes long after the question may have waited as long on its way",
    steps: [
      publish("one"),
      open(null),
      wait(2501),
      send(ready("3.1"), beat("3.1", 2)),
      left,
      expectTokens({ alice: unknown }),
      open("3.1", null),
      send(ready("3.1"), beat("3.1", 2)),
      expectTokens({ alice: passes }),
    ],
  },
  {
    name: "a machine that slept knows nothing, though its monotonic clock stood still",
    steps: [...inTouch("3.1"), { do: "sleep", ms: 8000 }, expectTokens({ alice: unknown })],
  },
  {
    name: "a beat that comes a little late counts from when it was sent",
    steps: [
      ...inTouch("3.1"),
      ...[1, 2].flatMap((second) => [wait(1000), send(beat("3.1", second))]),
      wait(2400),
      send(beat("3.1", 3)),
      wait(4500),
      expectTokens({ alice: passes }),
      wait(200),
      expectTokens({ alice: unknown }),
    ],
  },
  {
    name: "a beat that was held back on its way says what was true then",
    steps: [
      ...inTouch("3.1"),
      ...[1, 2].flatMap((second) => [wait(1000), send(beat("3.1", second))]),
      wait(2400),
      send(beat("3.1", 3)),
      wait(2400),
      send(beat("3.1", 3)),
      left,
      wait(2201),
      expectTokens({ alice: unknown }),
    ],
  },
];
