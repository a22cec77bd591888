// Hono with one route behind hono/jwt, and the same one without it. The argument is the port of the server that signed the
// tokens.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { jwt } from "hono/jwt";
import { tellParent } from "./tell-parent.ts";
import { askForTrust } from "./trust.ts";

const { issuer, audience, key } = await askForTrust(process.argv[2]);
const app = new Hono();
app.get("/open", (c) => c.json({ orders: [] }));
app.get(
  "/guarded",
  jwt({
    // As text or JWK it would be imported anew for every request.
    secret: key.toCryptoKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]),
    alg: "ES256",
    verification: { iss: issuer, aud: audience, typ: "at+jwt" },
  }),
  (c) => c.json({ orders: [] }),
);
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, (address) => tellParent(address));
