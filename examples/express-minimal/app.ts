// An Express application that existed already, and what Hufu adds to it: two imports and four statements.
import express from "express";
import { createHufu } from "hufu";
import { createGuard, mount } from "hufu/express";

const { PORT = "3000", HUFU_SECRET = "", WX_APPID = "", WX_SECRET = "" } = process.env;
// Leave this out in production: WeChat's own address is the default. `npm start` prints that of a simulated one.
const { WX_ENDPOINT = "https://api.weixin.qq.com" } = process.env;

const origin = `http://127.0.0.1:${PORT}`;
const app = express();

const hufu = await createHufu({
  issuer: `${origin}/auth`,
  secret: HUFU_SECRET,
  database: "sqlite:hufu.db",
  apps: [{ appId: WX_APPID, appSecret: WX_SECRET, endpoint: WX_ENDPOINT }],
  roles: { member: ["order:read:own"] },
  defaultRoles: ["member"],
});
mount(app, hufu);
const guard = createGuard(hufu);

app.get("/orders", guard("order:read:own"), (_request, response) => {
  response.json({ orders: ["green tea"] });
});

app.use(guard.refusals);

const server = app.listen(Number(PORT), "127.0.0.1", () => console.log(origin));

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    // Streams of the revocation feed would hold the server open.
    hufu.feed.end();
    server.close(() => void hufu.close());
  });
}
