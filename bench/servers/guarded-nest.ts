// Nest on Express with one guarded route and one inside a guard that does nothing. HufuModule guards every route, so the
// one without a guard is an application of its own. Decorators are applied by hand: sources here are erasable TypeScript.
import "reflect-metadata";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { Controller, type ExecutionContext, Get, Module, UseGuards } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { Guard, HufuModule } from "hufu/nest";
import { hufuWithPeople } from "../people.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { knownTokens } from "./known-tokens.ts";
import { tellParent } from "./tell-parent.ts";
import { trustIn } from "./trust.ts";

const { hufu, people } = await hufuWithPeople(`sqlite:${join(scratchFolder(), "hufu.db")}`, Number(process.argv[2]));
const isKnown = knownTokens(people.map(({ accessToken }) => accessToken));

class Guarded {
  orders(): object {
    return { orders: [] };
  }
}
class Open {
  orders(): object {
    return { orders: [] };
  }
  step(): object {
    return { orders: [] };
  }
  map(): object {
    return { orders: [] };
  }
  trust(): object {
    return trustIn(hufu);
  }
}

function decorate(of: object, name: string, ...decorators: readonly MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(of, name) ?? {};
  for (const decorator of decorators) decorator(of, name, descriptor);
}
Controller()(Guarded);
Controller()(Open);
decorate(Guarded.prototype, "orders", Get("guarded"), Guard("order:read:own"));
decorate(Open.prototype, "orders", Get("open"));
decorate(Open.prototype, "step", Get("step"), UseGuards({ canActivate: () => true }));
const lookUp = {
  canActivate: (context: ExecutionContext) =>
    isKnown(context.switchToHttp().getRequest<IncomingMessage>().headers.authorization),
};
decorate(Open.prototype, "map", Get("map"), UseGuards(lookUp));
decorate(Open.prototype, "trust", Get("trust"));
class GuardedModule {}
Module({ imports: [HufuModule.forRoot(hufu)], controllers: [Guarded] })(GuardedModule);
class OpenModule {}
Module({ controllers: [Open] })(OpenModule);

const options = { logger: false } as const;
const guarded = await NestFactory.create(GuardedModule, options);
await guarded.init();
const open = await NestFactory.create(OpenModule, options);
await open.init();
const answers: Readonly<Record<string, (request: unknown, response: unknown) => void>> = {
  "/guarded": guarded.getHttpAdapter().getInstance(),
};
const other = open.getHttpAdapter().getInstance();
const server = createServer((request, response) => (answers[request.url ?? ""] ?? other)(request, response)).listen(
  0,
  "127.0.0.1",
  () =>
    tellParent(
      server.address(),
      people.map(({ accessToken }) => accessToken),
    ),
);
