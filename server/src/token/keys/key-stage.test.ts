import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chooseSigner, isPublished, JWKS_CACHE_MS, keyStage, type RingKey, rotationPlan } from "./key-stage.ts";

const LONGEST = 600_000;
const key = (sequence: number, over: Partial<RingKey> = {}): RingKey => ({
  sequence,
  signsFrom: 0,
  publishedUntil: null,
  revokedAt: null,
  ...over,
});
const plan = (cause: "first" | "scheduled" | "compromise", now: number): ReturnType<typeof rotationPlan> =>
  rotationPlan({ cause, now, jwksCacheMs: JWKS_CACHE_MS, longestAccessMs: LONGEST });

test("a key goes from published to signing to retired to gone", () => {
  const first = key(1, { publishedUntil: 5000 });
  const second = key(2, { signsFrom: 3000 });
  const ring = [first, second];
  const stages = (now: number): readonly string[] => ring.map((one) => keyStage(one, ring, now));
  assert.deepEqual(stages(2999), ["signing", "published"]);
  assert.deepEqual(stages(3000), ["retired", "signing"]);
  assert.deepEqual(stages(4999), ["retired", "signing"]);
  assert.deepEqual(stages(5000), ["gone", "signing"]);
});

test("a revoked key is revoked in every other respect too", () => {
  for (const over of [{}, { signsFrom: 9000 }, { publishedUntil: 1 }]) {
    const revoked = key(1, { revokedAt: 10, ...over });
    assert.equal(keyStage(revoked, [revoked], 100), "revoked");
    assert.equal(isPublished(revoked, 5), false);
  }
});

test("the newest that may sign signs; a revoked one never", () => {
  const ring = [key(2), key(1), key(4, { signsFrom: 500 }), key(3, { revokedAt: 1 })];
  assert.equal(chooseSigner(ring, 100)?.sequence, 2);
  assert.equal(chooseSigner(ring, 500)?.sequence, 4);
  assert.equal(chooseSigner([key(1, { revokedAt: 1 }), key(2, { publishedUntil: 50 })], 50), undefined);
  assert.equal(chooseSigner([], 0), undefined);
});

test("the first key and the one after a compromise sign at once", () => {
  assert.equal(plan("first", 1000).signsFrom, 1000);
  assert.equal(plan("compromise", 1000).signsFrom, 1000);
});

test("a scheduled key is published for longer than any cache before it signs", () => {
  const { signsFrom, earlierPublishedUntil } = plan("scheduled", 1000);
  assert.ok(signsFrom - 1000 > JWKS_CACHE_MS);
  assert.equal(earlierPublishedUntil, signsFrom + LONGEST + 120_000);
});

test("through any series of rotations, one key signs, and every live token's key is published", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2_000_000 }), { minLength: 1, maxLength: 8 }), (pauses) => {
      let ring: readonly RingKey[] = [key(1, { signsFrom: plan("first", 0).signsFrom })];
      let now = 0;
      const minted: { readonly sequence: number; readonly until: number }[] = [];
      const look = (): void => {
        const signer = chooseSigner(ring, now);
        assert.ok(signer);
        minted.push({ sequence: signer.sequence, until: now + LONGEST });
        for (const token of minted.filter(({ until }) => now < until)) {
          assert.ok(ring.some((one) => one.sequence === token.sequence && isPublished(one, now)));
        }
      };
      for (const pause of pauses) {
        for (let step = 0; step < 20; step++) {
          now += pause / 20;
          look();
        }
        const next = plan("scheduled", now);
        const elders = ring.map((one) => ({
          ...one,
          publishedUntil: one.publishedUntil ?? next.earlierPublishedUntil,
        }));
        ring = [...elders, key(ring.length + 1, { signsFrom: next.signsFrom })];
        look();
      }
    }),
  );
});
