// Fastify with one route behind @fastify/jwt, once with its cache and once without, and the same one without a guard. The
// argument is the port of the server that signed the tokens.
import fastifyJwt from "@fastify/jwt";
import { fastify } from "fastify";
import { tellParent } from "./tell-parent.ts";
import { askForTrust } from "./trust.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What `@fastify/jwt` adds. */
    jwtVerify(): Promise<unknown>;
  }
}

const { issuer, audience, key } = await askForTrust(process.argv[2]);
const app = fastify();
app.get("/open", async () => ({ orders: [] }));
for (const [path, cache] of [
  ["/cached", 10_000],
  ["/guarded", false],
] as const) {
  await app.register(async (scope) => {
    await scope.register(fastifyJwt, {
      secret: { public: key.export({ type: "spki", format: "pem" }).toString() },
      verify: { algorithms: ["ES256"], allowedIss: issuer, allowedAud: audience, cache },
    });
    scope.get(path, { onRequest: (request) => request.jwtVerify() }, async () => ({ orders: [] }));
  });
}
await app.listen({ host: "127.0.0.1", port: 0 });
tellParent(app.server.address());
