// What an empty server costs to start and to keep. JavaScript, as published packages are.
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const app = new Hono();
app.get("/readyz", (c) => c.json({ status: "ready" }));
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.argv[2]) });
