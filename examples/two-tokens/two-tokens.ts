import { randomUUID } from "node:crypto";
import express, { type Express } from "express";
import jwt from "jsonwebtoken";

/** What the tutorials leave to the reader. */
export interface TwoTokensOptions {
  /** The platform's login exchange: a code in, an openid out, or `undefined` if the platform refuses the code. */
  readonly exchange: (code: string) => Promise<string | undefined>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Orders by the openid of their owner. */
  readonly orders: readonly { readonly id: number; readonly owner: string; readonly item: string }[];
}

/** A row of the users table. */
export interface TutorialUser {
  readonly openid: string;
  role: string;
  banned: boolean;
  refreshToken: string | undefined;
}

export interface TwoTokens {
  readonly app: Express;
  readonly users: Map<string, TutorialUser>;
}

/** As copied from the tutorial, and never changed afterwards. */
const ACCESS_SECRET = "access_secret";
const REFRESH_SECRET = "refresh_secret";
const ACCESS_LIFE_SECONDS = 600;
const REFRESH_LIFE_SECONDS = 7 * 86_400;

/**
 * Two tokens by jsonwebtoken as tutorials write it, with the defects that reviews of such back ends list: a secret from
 * the page, one refresh token a user so that devices evict each other, a refresh that is read and then written, no check
 * of a ban at refresh, no end of a token before its expiry. Never deploy it.
 */
export function createTwoTokens({ exchange, now, orders }: TwoTokensOptions): TwoTokens {
  const users = new Map<string, TutorialUser>();
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json());

  const seconds = (): number => Math.floor(now() / 1000);
  const issue = (user: TutorialUser): { access: string; refresh: string } => {
    const iat = seconds();
    const access = jwt.sign({ openid: user.openid, role: user.role, iat }, ACCESS_SECRET, {
      expiresIn: ACCESS_LIFE_SECONDS,
    });
    const refresh = jwt.sign({ openid: user.openid, jti: randomUUID(), iat }, REFRESH_SECRET, {
      expiresIn: REFRESH_LIFE_SECONDS,
    });
    user.refreshToken = refresh;
    return { access, refresh };
  };
  const openidIn = (token: string, secret: string): { openid: string; role: string } =>
    jwt.verify(token, secret, { clockTimestamp: seconds() }) as { openid: string; role: string };

  app.post("/login", async (request, response) => {
    const openid = await exchange(String(request.body?.code ?? ""));
    if (openid === undefined) {
      response.status(401).json({ error: "wrong code" });
      return;
    }
    const known = users.get(openid);
    if (known?.banned === true) {
      response.status(403).json({ error: "banned" });
      return;
    }
    // The whole body becomes the user, as `User.create(req.body)` does.
    const user = known ?? { openid, role: "member", banned: false, refreshToken: undefined, ...request.body };
    users.set(openid, user);
    response.json({ ...issue(user), user });
  });

  app.post("/refresh", async (request, response) => {
    try {
      const { openid } = openidIn(String(request.body?.refresh ?? ""), REFRESH_SECRET);
      const user = users.get(openid);
      // Read, then write: between the two another request does the same.
      await new Promise((resolve) => setImmediate(resolve));
      if (user === undefined || user.refreshToken !== request.body.refresh) {
        response.status(401).json({ error: "refresh token is not the current one" });
        return;
      }
      response.json(issue(user));
    } catch (error) {
      response.status(401).json({ error: String(error), token: request.body?.refresh });
    }
  });

  app.use((request, response, next) => {
    try {
      const token = request.get("authorization")?.split(" ")[1] ?? String(request.query["token"] ?? "");
      response.locals["user"] = openidIn(token, ACCESS_SECRET);
      next();
    } catch (error) {
      response.status(401).json({ error: String(error) });
    }
  });
  app.get("/orders", (_request, response) => {
    response.json({ orders: orders.filter(({ owner }) => owner === response.locals["user"].openid) });
  });
  // The owner is forgotten.
  app.get("/orders/:id", (request, response) => {
    const order = orders.find(({ id }) => String(id) === request.params.id);
    if (order === undefined) response.status(404).json({ error: "no such order" });
    else response.json(order);
  });
  app.get("/admin/orders", (_request, response) => {
    if (response.locals["user"].role === "admin") response.json({ orders });
    else response.status(403).json({ error: "not allowed" });
  });
  app.get("/profile", (_request, response) => {
    response.json(users.get(response.locals["user"].openid) ?? {});
  });
  return { app, users };
}
