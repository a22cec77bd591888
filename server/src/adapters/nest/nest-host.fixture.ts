import "reflect-metadata";
import type { RequestListener, Server, ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import {
  All,
  type ArgumentsHost,
  Body,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  HttpCode,
  HttpException,
  Module,
  Post,
  Res,
  UseFilters,
} from "@nestjs/common";
import { APP_FILTER, APP_GUARD, NestFactory } from "@nestjs/core";
import { ExpressAdapter, type NestExpressApplication } from "@nestjs/platform-express";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import type { Hufu } from "../../hufu/hufu.ts";
import { breaksOff, DIGEST, LARGE_HEADERS } from "../stage.fixture.ts";
import { type Auth, CurrentAuth, Guard, HufuModule, mount, type NestResponse, Public } from "./index.ts";
import { outgoingOf } from "./nest-types.ts";
import { RefusalFilter } from "./refusal-filter.ts";

/** Sources here are erasable TypeScript, so that what decorators do is done by hand, as a compiler does it. */
class ApiController {
  signedIn(auth: Auth): object {
    return { sub: auth.sub };
  }
  orders(auth: Auth): object {
    return auth.ownerFilter("order:read");
  }
  all(): object {
    return { all: true };
  }
  of(): object {
    return {};
  }
  later(): object {
    return {};
  }
  fails(): object {
    return {};
  }
  fresh(auth: Auth): object {
    return { acr: auth.kind === "user" ? auth.acr : "" };
  }
  strong(): object {
    return {};
  }
  hello(auth: Auth | undefined): object {
    return { guest: auth === undefined };
  }
  throws(auth: Auth): object {
    return auth.ownerFilter("secret:read");
  }
  async throwsLater(auth: Auth): Promise<object> {
    await setImmediate();
    return auth.ownerFilter("secret:read");
  }
  async breaksOff(response: NestResponse): Promise<void> {
    const outgoing: ServerResponse = outgoingOf(response);
    for await (const part of breaksOff()) outgoing.write(part);
  }
  ownWords(): object {
    return {};
  }
  paid(body: unknown): object {
    return { body };
  }
  tooLate(): object {
    return {};
  }
}

function decorate(
  name: keyof ApiController,
  decorators: readonly MethodDecorator[],
  ...parameters: readonly ParameterDecorator[]
): void {
  const { prototype } = ApiController;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
  for (const decorator of decorators) decorator(prototype, name, descriptor);
  for (const [index, decorator] of parameters.entries()) decorator(prototype, name, index);
}

const ownWords = new RefusalFilter((error, _request, response) => {
  outgoingOf(response).setHeader("Hufu-Reason", "none");
  return response.send({ code: 1, word: error.reason });
});

Controller()(ApiController);
decorate("signedIn", [Get("signed-in"), Guard()], CurrentAuth());
decorate("orders", [Get("orders"), Guard("order:read:own")], CurrentAuth());
decorate("all", [Get("orders/all"), Guard("order:read")]);
decorate("of", [Get("orders/of/:owner"), Guard("order:read", { owner: ({ params }) => params["owner"] })]);
decorate("later", [
  Get("orders/later/:owner"),
  Guard("order:read", { owner: ({ params }) => Promise.resolve(params["owner"]) }),
]);
decorate("fails", [
  Get("orders/fails"),
  Guard("order:read", { owner: () => Promise.reject(new Error("no database")) }),
]);
decorate("fresh", [Get("fresh"), Guard(undefined, { acr: "platform", maxAge: 300 })], CurrentAuth());
decorate("strong", [Get("strong"), Guard("order:read:own", { acr: "soter", maxAge: 300 })]);
decorate("hello", [Get("hello"), Public()], CurrentAuth());
// No decorator of ours: for signed-in users.
decorate("throws", [Get("throws")], CurrentAuth());
decorate("throwsLater", [Get("throws-later")], CurrentAuth());
decorate("breaksOff", [Get("breaks-off")], Res());
decorate("ownWords", [Get("own-words"), Guard("order:read"), UseFilters(ownWords)]);
decorate("paid", [All("paid"), HttpCode(200), Guard("order:create", DIGEST)], Body());
decorate("tooLate", [Post("too-late"), Guard("order:create", DIGEST)]);

/** As if Nest had been started without `rawBody`, on one route. */
const forgetBytes: CanActivate = {
  canActivate(context: ExecutionContext): boolean {
    const request: { url: string; rawBody?: unknown } = context.switchToHttp().getRequest();
    if (request.url === "/api/too-late") delete request.rawBody;
    return true;
  },
};

/** The host's own last resort. */
class LastResort implements ExceptionFilter<unknown> {
  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<NestResponse & { status(code: number): NestResponse }>();
    response.status(error instanceof HttpException ? error.getStatus() : 500).send({ host: "failed" });
  }
}
Catch()(LastResort);

function appModule(hufu: Hufu): new () => object {
  class AppModule {}
  Module({
    imports: [HufuModule.forRoot(hufu)],
    controllers: [ApiController],
    providers: [
      { provide: APP_GUARD, useValue: forgetBytes },
      { provide: APP_FILTER, useValue: new LastResort() },
    ],
  })(AppModule);
  return AppModule;
}

const OPTIONS = { rawBody: true, logger: false } as const;

/** A back end of Nest on Express. */
export async function nestOnExpress(hufu: Hufu): Promise<RequestListener> {
  const app = await NestFactory.create<NestExpressApplication>(appModule(hufu), new ExpressAdapter(), OPTIONS);
  app.useBodyParser("json", { limit: "2mb" });
  app.setGlobalPrefix("api");
  mount(app, hufu);
  await app.init();
  return app.getHttpAdapter().getInstance() as RequestListener;
}

/** The same on Fastify. */
export async function nestOnFastify(hufu: Hufu): Promise<Server> {
  const adapter = new FastifyAdapter({ http: LARGE_HEADERS });
  const app = await NestFactory.create<NestFastifyApplication>(appModule(hufu), adapter, OPTIONS);
  app.useBodyParser("application/json", { bodyLimit: 2_000_000 });
  app.setGlobalPrefix("api");
  mount(app, hufu);
  await app.listen(0, "127.0.0.1");
  return app.getHttpServer() as Server;
}
