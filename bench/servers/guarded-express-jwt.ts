// Express with one route behind express-jwt, and the same one without it. The argument is the port of the server that signed
// the tokens.
import express from "express";
import { expressjwt } from "express-jwt";
import { tellParent } from "./tell-parent.ts";
import { askForTrust } from "./trust.ts";

const { issuer, audience, key } = await askForTrust(process.argv[2]);
const app = express();
app.disable("x-powered-by");
app.get("/open", (_request, response) => {
  response.json({ orders: [] });
});
app.get("/guarded", expressjwt({ secret: key, algorithms: ["ES256"], issuer, audience }), (_request, response) => {
  response.json({ orders: [] });
});
const server = app.listen(0, "127.0.0.1", () => tellParent(server.address()));
