import { setImmediate } from "node:timers/promises";
import type { Hufu } from "../../hufu/hufu.ts";
import { breaksOff, DIGEST } from "../stage.fixture.ts";
import * as forWeb from "./index.ts";

/** A back end without a framework: routes by their exact path, the last segment of some being a parameter. */
export function webHost(hufu: Hufu): (request: Request) => Promise<Response> {
  const handle = forWeb.createHandler(hufu);
  const guard = forWeb.createGuard(hufu);
  const ownWords = forWeb.createGuard(hufu, {
    onRefused: (error) => Response.json({ code: 1, word: error.reason }, { headers: { "Hufu-Reason": "none" } }),
  });
  type Route = forWeb.Guarding<[parameter: string]>;
  type Parameter = [parameter: string];
  const ownedBy = (owner: forWeb.RouteOptions<Parameter>["owner"]): Route =>
    guard<Parameter>("order:read", () => Response.json({}), { owner });
  const paid: Route = guard("order:create", async (request) => Response.json({ body: await request.json() }), DIGEST);

  const routes: Readonly<Record<string, Route>> = {
    "GET /api/signed-in": guard(undefined, (_request, auth) => Response.json({ sub: auth.sub })),
    "GET /api/orders": guard("order:read:own", (_request, auth) => Response.json(auth.ownerFilter("order:read"))),
    "GET /api/orders/all": guard("order:read", () => Response.json({ all: true })),
    "GET /api/orders/of/": ownedBy((_request, owner) => owner),
    "GET /api/orders/later/": ownedBy((_request, owner) => Promise.resolve(owner)),
    "GET /api/orders/fails": ownedBy(() => Promise.reject(new Error("no database"))),
    "GET /api/fresh": guard(undefined, (_request, auth) => Response.json({ acr: auth.acr }), {
      acr: "platform",
      maxAge: 300,
    }),
    "GET /api/strong": guard("order:read:own", () => Response.json({}), { acr: "soter", maxAge: 300 }),
    "GET /api/hello": guard.optional((_request, auth) => Response.json({ guest: auth === undefined })),
    "GET /api/throws": guard(undefined, (_request, auth) => Response.json(auth.ownerFilter("secret:read"))),
    "GET /api/throws-later": guard(undefined, async (_request, auth) => {
      await setImmediate();
      return Response.json(auth.ownerFilter("secret:read"));
    }),
    "GET /api/breaks-off": guard(
      undefined,
      () => new Response(ReadableStream.from(breaksOff()).pipeThrough(new TextEncoderStream())),
    ),
    "GET /api/own-words": ownWords("order:read", () => Response.json({})),
    "GET /api/paid": paid,
    "POST /api/paid": paid,
    "POST /api/too-late": async (request, parameter) => {
      await request.text();
      return paid(request, parameter);
    },
  };

  return async (request) => {
    if (handle.owns(request)) return handle(request);
    const { pathname } = new URL(request.url);
    const folder = pathname.slice(0, pathname.lastIndexOf("/") + 1);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const route = routes[`${method} ${pathname}`] ?? routes[`${method} ${folder}`];
    try {
      const answer = (await route?.(request, pathname.slice(folder.length))) ?? new Response(null, { status: 404 });
      return request.method === "HEAD" ? new Response(null, answer) : answer;
    } catch {
      return Response.json({ host: "failed" }, { status: 500 });
    }
  };
}
