import assert from "node:assert/strict";
import { test } from "node:test";
import { disagreements, withRelease, withVersion } from "./set-version.ts";

const LINKS = {
  repository: { url: "git+https://example.test/hufu.git" },
  bugs: "https://example.test/bugs",
  homepage: "https://example.test",
};
const of = (folder: string, version: string) => ({
  folder,
  manifest: { ...LINKS, name: folder, version, repository: { ...LINKS.repository, directory: folder } },
});
const ROOT_MANIFEST = { ...LINKS, name: "root", version: "0.0.0" };

test("a new version reaches tarball names and exact dependencies, and nothing else", () => {
  assert.equal(
    withVersion("a.md", "npm install ./hufu-0.1.0.tgz ../hufu-client-0.1.0-beta.1.tgz; protocol 0.1.0", "1.2.3"),
    "npm install ./hufu-1.2.3.tgz ../hufu-client-1.2.3.tgz; protocol 0.1.0",
  );
  const dependencies = '{ "@hufu/client": "0.1.0", "hufu": "0.1.0", "hono": "0.1.0", "ioredis": ">=5" }';
  assert.equal(
    withVersion("x/package.json", dependencies, "1.2.3"),
    '{ "@hufu/client": "1.2.3", "hufu": "1.2.3", "hono": "0.1.0", "ioredis": ">=5" }',
  );
});

test("a release puts a dated heading below Unreleased, once", () => {
  const once = withRelease("# Changelog\n\n## Unreleased\n\n- A thing.\n", "1.2.3", "2030-01-02");
  assert.equal(once, "# Changelog\n\n## Unreleased\n\n## 1.2.3 (2030-01-02)\n\n- A thing.\n");
  assert.equal(withRelease(once, "1.2.3", "2030-01-03"), once);
});

test("packages that agree with each other and with the tag are fit for a release", () => {
  assert.deepEqual(disagreements([of("server", "1.2.3"), of("client", "1.2.3")], ROOT_MANIFEST, "v1.2.3"), []);
});

test("another version, other links and another tag are each named", () => {
  const odd = { folder: "client", manifest: { name: "client", version: "1.2.4" } };
  assert.deepEqual(disagreements([of("server", "1.2.3"), odd], ROOT_MANIFEST, "v1.3.0"), [
    "client/package.json: version 1.2.4, not 1.2.3",
    "client/package.json: repository.url is not the root's git+https://example.test/hufu.git",
    "client/package.json: repository.directory is not client",
    "client/package.json: bugs is not the root's https://example.test/bugs",
    "client/package.json: homepage is not the root's https://example.test",
    "the tag says v1.3.0, the packages 1.2.3: npm run version:set 1.3.0",
  ]);
});
