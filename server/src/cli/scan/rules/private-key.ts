import { matchesOf, type Rule } from "../rule.ts";

const PEM = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----([A-Za-z0-9+/=\s\\n]{40,})/g;
/** The private part of a JWK (RFC 7518 §6.2.2), beside its key type. */
const JWK = /["']?kty["']?\s*:\s*["'](?:EC|OKP|RSA)["'][^{}]{0,400}?["']?\bd["']?\s*:\s*["']([A-Za-z0-9_-]{40,})["']/g;
const JWK_REVERSED =
  /["']?\bd["']?\s*:\s*["']([A-Za-z0-9_-]{40,})["'][^{}]{0,400}?["']?kty["']?\s*:\s*["'](?:EC|OKP|RSA)["']/g;

export const privateKey: Rule = {
  id: "private-key",
  level: "error",
  found: "A private key stands in the mini program.",
  remedy: "Replace the key, and keep the new one on the server. A mini program can keep no secret.",
  help: "https://www.rfc-editor.org/rfc/rfc7517#section-9.2",
  *find(text) {
    yield* matchesOf(text, PEM);
    yield* matchesOf(text, JWK);
    yield* matchesOf(text, JWK_REVERSED);
  },
};
