import { matchesOf, type Rule } from "../rule.ts";

/** Two JSON objects and a signature, each in base64url (RFC 7515 §3.1). */
const JWT = /["'`](?:Bearer |DPoP )?(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,})["'`]/g;
const REFRESH_TOKEN = /["'`](hr1\.[A-Za-z0-9_-]{60,})["'`]/g;

export const hardCodedToken: Rule = {
  id: "hard-coded-token",
  level: "error",
  found: "A token is written into the code. Every user of the mini program has it.",
  remedy: "Revoke it, and let each user sign in: tokens belong into storage, one set a user.",
  help: "https://www.rfc-editor.org/rfc/rfc6750#section-5.3",
  *find(text) {
    yield* matchesOf(text, JWT);
    yield* matchesOf(text, REFRESH_TOKEN);
  },
};
