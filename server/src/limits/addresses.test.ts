import assert from "node:assert/strict";
import { test } from "node:test";
import { addressKey, callerAddress, createNetworks, isPrivate, normalAddress } from "./addresses.ts";

test("one address has one spelling, with or without port, brackets, zone or IPv4 inside IPv6", () => {
  for (const [text, normal] of [
    ["203.0.113.7", "203.0.113.7"],
    [" 203.0.113.7:4711 ", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:cb00:7107", "203.0.113.7"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["unknown", undefined],
    ["203.0.113", undefined],
    ["", undefined],
    [undefined, undefined],
  ] as const) {
    assert.equal(normalAddress(text), normal, String(text));
  }
});

test("an IPv6 subscriber is one caller, whichever of its addresses it uses", () => {
  assert.equal(addressKey("2001:db8::1"), "2001:db8:0:0::/64");
  assert.equal(addressKey("2001:db8:0:0:ffff:1:2:3"), "2001:db8:0:0::/64");
  assert.notEqual(addressKey("2001:db8:0:1::1"), addressKey("2001:db8::1"));
  assert.equal(addressKey("::1"), "0:0:0:0::/64");
  assert.equal(addressKey("203.0.113.7"), "203.0.113.7");
});

test("private, loopback, link-local and carrier-internal addresses are told from public ones", () => {
  for (const address of ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1"]) {
    assert.equal(isPrivate(address), true, address);
  }
  for (const address of ["203.0.113.7", "172.32.0.1", "100.128.0.1", "2001:db8::1"]) {
    assert.equal(isPrivate(address), false, address);
  }
});

test("X-Forwarded-For counts only as far as trusted proxies have written it", () => {
  const trusted = createNetworks(["10.0.0.0/8", "2001:db8:aa::/48"], "trustedProxies");
  const none = createNetworks([], "trustedProxies");
  for (const [peer, header, networks, address] of [
    ["203.0.113.7", "198.51.100.1", trusted, "203.0.113.7"],
    ["10.0.0.1", "198.51.100.1", none, "10.0.0.1"],
    ["10.0.0.1", "198.51.100.1", trusted, "198.51.100.1"],
    ["10.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.9", trusted, "198.51.100.1"],
    ["2001:db8:aa::1", "198.51.100.1", trusted, "198.51.100.1"],
    ["::ffff:10.0.0.1", "198.51.100.1", trusted, "198.51.100.1"],
    ["10.0.0.1", undefined, trusted, "10.0.0.1"],
    ["10.0.0.1", "10.0.0.2", trusted, "10.0.0.2"],
    ["10.0.0.1", "198.51.100.1, unknown", trusted, undefined],
    [undefined, "198.51.100.1", trusted, undefined],
  ] as const) {
    assert.equal(callerAddress(peer, header, networks), address, `${peer} ${header}`);
  }
});

test("a text that is no range is refused, and named", () => {
  for (const text of ["10.0.0.0/33", "2001:db8::/129", "localhost", "10.0.0", "", "10.0.0.0/8/8"]) {
    assert.throws(() => createNetworks([text], "limits.trustedProxies"), /limits\.trustedProxies: "/, text);
  }
});
