// Hono with one route that asks Better Auth for the session, as its documentation does it, and so many anonymous users who
// are signed in: their cookies are told to the parent.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { betterAuthOnSqlite } from "./better-auth-on-sqlite.ts";
import { tellParent } from "./tell-parent.ts";

const [cookieCache, count] = process.argv.slice(2);
const ORIGIN = "http://127.0.0.1";
const auth = await betterAuthOnSqlite(ORIGIN, "full", {
  // As long as our access token lives; its default is half of that.
  session: { cookieCache: { enabled: cookieCache === "cached", maxAge: 600 } },
});

/** The cookies of somebody new. */
async function signIn(): Promise<string> {
  const request = new Request(`${ORIGIN}/api/auth/sign-in/anonymous`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: ORIGIN },
    body: "{}",
  });
  const { headers } = await auth.handler(request);
  const cookies = headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  if (cookies.length !== (cookieCache === "cached" ? 2 : 1)) throw new Error("other cookies than expected");
  return cookies.join("; ");
}

const app = new Hono();
app.get("/guarded", async (c) => {
  const session = await auth.api.getSession({ headers: c.req.raw.headers });
  return session === null ? c.json({ error: "not signed in" }, 401) : c.json({ orders: [] });
});
const people: string[] = [];
while (people.length < Number(count)) people.push(await signIn());
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, (address) => tellParent(address, people));
