import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { silentLogger } from "../../core/log/log.ts";
import { systemRandom } from "../../core/random.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { RevocationEntry, StoredKey } from "../../store/records.ts";
import { openSqliteStore } from "../../store/sql/sqlite/open-sqlite-store.ts";
import type { Store } from "../../store/store.ts";
import type { Algorithm } from "../../token/keys/algorithms.ts";
import { createSigningKey, exportPrivate, type SigningKey } from "../../token/keys/signing-key.ts";
import { createSealedBox } from "../../token/sealing/sealed-box.ts";
import { createSecrets } from "../../token/sealing/secrets.ts";
import { type KeyRing, openKeyRing } from "./key-ring.ts";
import { signingKeySeal } from "./open-stored-key.ts";
import { resealSigningKeys } from "./rotate-secrets.ts";

const ACCESS_MS = 600_000;
const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), "hufu-key-ring-"));
const opened: Store[] = [];
after(async () => {
  for (const store of opened) await store.close();
  rmSync(folder, { recursive: true });
});

interface Deployment {
  readonly store: Store;
  readonly advance: (ms: number) => void;
  readonly announced: RevocationEntry[];
  readonly node: (options?: { secrets?: readonly string[]; algorithm?: Algorithm }) => Promise<KeyRing>;
}

const SECRET = randomBytes(32).toString("base64");

async function deploy(): Promise<Deployment> {
  let now = 1_700_000_000_000;
  const clock: Clock = { now: () => now, monotonic: () => now };
  const file = join(folder, `${randomBytes(6).toString("hex")}.db`);
  const store = await openSqliteStore({ file, clock, entryLifeMs: ACCESS_MS + 120_000 });
  opened.push(store);
  const announced: RevocationEntry[] = [];
  return {
    store,
    announced,
    advance: (ms) => {
      now += ms;
    },
    node: ({ secrets = [SECRET], algorithm = "ES256" } = {}) =>
      openKeyRing({
        store: store.keys,
        box: createSealedBox(createSecrets(secrets), systemRandom),
        clock,
        log: silentLogger,
        algorithm,
        longestAccessMs: ACCESS_MS,
        announce: (entries) => announced.push(...entries),
      }),
  };
}

const other = randomBytes(32).toString("base64");
const sealed = (key: SigningKey, kid: string, secret: string): string =>
  createSealedBox(createSecrets([secret]), systemRandom).seal(exportPrivate(key), signingKeySeal(kid));
const kids = (ring: KeyRing): readonly unknown[] => ring.jwks().keys.map((key) => key.kid);

describe("the key ring", () => {
  test("ten nodes that start at once make one key between them, and it signs at once", async () => {
    const { node } = await deploy();
    const rings = await Promise.all(Array.from({ length: 10 }, () => node()));
    const signers = new Set(rings.map((ring) => ring.signer().kid));
    assert.equal(signers.size, 1);
    for (const ring of rings) assert.deepEqual(kids(ring), [...signers]);
  });

  test("a successor is published before it signs, and its predecessor until its last token has expired (F26)", async () => {
    const { node, advance } = await deploy();
    const ring = await node();
    const first = ring.signer().kid;
    const second = await ring.rotate({ by: "u_admin" });
    assert.deepEqual(new Set(kids(ring)), new Set([first, second]));
    assert.equal(
      ring.signer().kid,
      first,
      "a verifier that cached the JWKS must be able to verify for five minutes more",
    );

    advance(5 * MINUTE);
    assert.equal(ring.signer().kid, first);
    advance(2 * MINUTE);
    assert.equal(ring.signer().kid, second);
    assert.deepEqual(
      (await ring.list()).map((key) => key.stage),
      ["retired", "signing"],
    );

    advance(ACCESS_MS);
    await ring.refresh();
    assert.ok(ring.find(first), "its last token may be alive");
    advance(3 * MINUTE);
    await ring.refresh();
    assert.equal(ring.find(first), undefined);
    assert.deepEqual(kids(ring), [second]);
  });

  test("another node learns of a successor before that signs", async () => {
    const { node, advance } = await deploy();
    const [here, there] = [await node(), await node()];
    const second = await here.rotate({ by: "u_admin" });
    assert.equal(there.find(second), undefined);
    advance(10_000);
    await there.refresh();
    assert.ok(there.find(second));
    advance(7 * MINUTE);
    assert.equal(there.signer().kid, second);
  });

  test("a key that is new to this node is found at once, however lately the keys were read", async () => {
    const { node } = await deploy();
    const [here, there] = [await node(), await node()];
    for (let time = 0; time < 3; time += 1) assert.equal(await there.seek("made-up"), undefined);
    const second = await here.rotate({ by: "u_admin" });
    assert.ok(await there.seek(second));
  });

  test("a compromised key is out at once, verifiers are told, and a new one signs at once", async () => {
    const { node, announced } = await deploy();
    const ring = await node();
    const first = ring.signer().kid;
    assert.equal(await ring.revoke(first, { by: "u_admin" }), true);
    assert.equal(ring.find(first), undefined);
    assert.notEqual(ring.signer().kid, first);
    assert.deepEqual(
      announced.map((entry) => entry.revocation),
      [{ kid: first, why: "key_compromised" }],
    );
    assert.equal(await ring.revoke(first, { by: "u_admin" }), false, "it is out already");
    assert.equal(await ring.revoke("no-such-key", { by: "u_admin" }), false);
  });

  test("the private half rests sealed, and another deployment's secret opens nothing: the start refuses (F28)", async () => {
    const { node, store } = await deploy();
    const ring = await node();
    const { keys } = await store.keys.list();
    assert.match(keys[0]?.sealedPrivate ?? "", /^hs2\./);
    await assert.rejects(node({ secrets: [randomBytes(32).toString("base64")] }));
    assert.equal((await store.keys.list()).keys.length, 1, "no temporary key was made instead");
    assert.ok(ring.signer());
  });

  test("a start with another secret says which option to mend, and how", async () => {
    const { node } = await deploy();
    await node();
    await assert.rejects(node({ secrets: [randomBytes(32).toString("base64")] }), {
      name: "TypeError",
      message: /^the signing key \S+ in the database cannot be opened: .*`secret`.*Keep the secret of the first start/,
    });
  });

  test("a key sealed with a secret that this node lacks: its tokens are 503, and the node signs with the key that it has", async () => {
    const { node, advance } = await deploy();
    const first = (await node()).signer().kid;
    const fresh = randomBytes(32).toString("base64");
    const ahead = await node({ secrets: [fresh, SECRET] });
    const second = await ahead.rotate({ by: "u_admin" });
    const behind = await node();
    advance(7 * MINUTE);
    await behind.refresh();
    assert.equal(ahead.signer().kid, second);
    assert.equal(behind.signer().kid, first);
    assert.equal(behind.find(second), undefined);
    await assert.rejects(behind.seek(second), { name: "HufuError", reason: "revocations_unknown" });
    assert.deepEqual(behind.jwks().unavailable_kids, [second]);
    assert.deepEqual(kids(behind), [first]);
    assert.equal(ahead.jwks().unavailable_kids, undefined);
    assert.equal((await behind.list()).length, 2, "it made no key in the place of the one that it cannot open");

    const whole = await node({ secrets: [SECRET, fresh] });
    assert.ok(whole.find(second));
    assert.equal(whole.signer().kid, second);
  });

  for (const [name, forge] of [
    ["an unsealed private half", (key) => ({ kid: key.kid, sealedPrivate: exportPrivate(key) })],
    ["no private half", (key) => ({ kid: key.kid, sealedPrivate: "" })],
    ["a private half of another deployment", (key) => ({ kid: key.kid, sealedPrivate: sealed(key, key.kid, other) })],
    ["a private half that was moved from another row", (key, real) => ({ kid: key.kid, sealedPrivate: real })],
    ["a kid that is not the thumbprint", (key) => ({ kid: "chosen", sealedPrivate: sealed(key, "chosen", SECRET) })],
  ] as const satisfies readonly (readonly [string, (key: SigningKey, real: string) => Partial<StoredKey>])[]) {
    test(`a row of hufu_keys with ${name} verifies nothing, and the deployment works on`, async () => {
      const { node, store, advance } = await deploy();
      const ring = await node();
      const first = ring.signer().kid;
      const [real] = (await store.keys.list()).keys;
      assert.ok(real);
      const key = createSigningKey("ES256");
      const forged = { ...real, ...forge(key, real.sealedPrivate), sequence: 2 };
      await store.keys.add({ ...forged, publicJwk: JSON.stringify({ ...key.publicJwk, kid: forged.kid }) }, 9e15);
      advance(11_000);
      await ring.refresh();
      for (const each of [ring, await node()]) {
        assert.equal(each.find(forged.kid), undefined);
        assert.equal(await each.seek(forged.kid).catch(() => undefined), undefined);
        assert.ok(kids(each).includes(first) && !kids(each).includes(forged.kid));
        assert.equal(each.signer().kid, first);
      }
    });
  }

  test("the public half comes from the sealed private one, not from the row", async () => {
    const { node, store } = await deploy();
    const key = createSigningKey("ES256");
    const forged = JSON.stringify({ ...createSigningKey("ES256").publicJwk, kid: key.kid });
    await store.keys.add(
      {
        kid: key.kid,
        sequence: 1,
        alg: "ES256",
        publicJwk: forged,
        sealedPrivate: sealed(key, key.kid, SECRET),
        createdAt: 0,
        signsFrom: 0,
        publishedUntil: null,
        revokedAt: null,
      },
      0,
    );
    assert.deepEqual((await node()).jwks().keys, [key.publicJwk]);
  });

  test("a rotated secret reseals every key, and then the old secret can go", async () => {
    const { node, store } = await deploy();
    const first = (await node()).signer().kid;
    const fresh = randomBytes(32).toString("base64");
    const both = createSealedBox(createSecrets([fresh, SECRET]), systemRandom);
    assert.equal(await resealSigningKeys(store.keys, both), 1);
    assert.equal(await resealSigningKeys(store.keys, both), 0, "a repeat has nothing to do");
    assert.equal((await node({ secrets: [fresh] })).signer().kid, first);
  });

  test("a changed algorithm is a staged rotation, not a break", async () => {
    const { node, advance } = await deploy();
    const first = (await node()).signer();
    const ring = await node({ algorithm: "EdDSA" });
    assert.equal(ring.signer().kid, first.kid);
    advance(7 * MINUTE);
    assert.equal(ring.signer().alg, "EdDSA");
    const again = await node({ algorithm: "EdDSA" });
    assert.equal((await again.list()).length, 2, "a restart does not rotate again");
  });

  test("revoking a key that waits leaves no ring that ends: another successor is made", async () => {
    const { node, advance } = await deploy();
    const ring = await node();
    const first = ring.signer().kid;
    const waiting = await ring.rotate({ by: "u_admin" });
    await ring.revoke(waiting, { by: "u_admin" });
    assert.equal(ring.signer().kid, first);
    advance(3 * 3_600_000);
    await ring.refresh();
    assert.notEqual(ring.signer().kid, first);
  });

  test("a ring in which no key may sign heals itself", async () => {
    const { node, store, advance } = await deploy();
    const ring = await node();
    await store.keys.revoke(ring.signer().kid, "key_compromised");
    await ring.reload();
    assert.throws(() => ring.signer(), /store_unavailable/);
    advance(10_000);
    await ring.refresh();
    assert.ok(ring.signer());
  });

  test("a reading of the keys that ends late does not put a revoked key back", async () => {
    const { store, node } = await deploy();
    const ring = await node();
    const first = ring.signer().kid;
    const list = store.keys.list;
    const early = await list();
    let finish: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const slowStore = { ...store.keys, list: () => (slowOnce ? late() : list()) };
    let slowOnce = false;
    const late = async (): Promise<typeof early> => {
      slowOnce = false;
      await slow;
      return early;
    };
    const other = await openKeyRing({
      store: slowStore,
      box: createSealedBox(createSecrets([SECRET]), systemRandom),
      clock: { now: () => early.now, monotonic: () => early.now },
      log: silentLogger,
      algorithm: "ES256",
      longestAccessMs: ACCESS_MS,
      announce: () => undefined,
    });
    slowOnce = true;
    const reading = other.reload();
    await other.revoke(first, { by: "u_admin" });
    finish();
    await reading;
    assert.equal(other.find(first), undefined);
    assert.notEqual(other.signer().kid, first);
  });

  test("each change leaves one audit record with who did it", async () => {
    const { node, store } = await deploy();
    const ring = await node();
    const second = await ring.rotate({ by: "u_admin", requestId: "request-1" });
    await ring.revoke(second, { by: "u_admin" });
    const records = await store.audit.list({ limit: 10 });
    assert.deepEqual(
      records.map(({ action, actor }) => [action, actor]),
      [
        ["key.add", "u_admin"],
        ["key.revoke", "u_admin"],
        ["key.add", "u_admin"],
        ["key.add", "system"],
      ],
    );
  });
});
