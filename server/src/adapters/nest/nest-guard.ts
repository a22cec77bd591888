import type { ServerResponse } from "node:http";
import type { CanActivate, ExecutionContext } from "@nestjs/common";
import type { NodeRequest } from "../../http/messages/node-call.ts";
import type { AnyClaims, Auth } from "../../verify/token-check/auth.ts";
import { letThrough } from "../caller.ts";
import { createAdmit, orGuest, type Verifying } from "../guard.ts";
import { nodeAdmission } from "../node-admission.ts";
import { DEMAND, type Demand } from "./decorators.ts";
import { incomingOf, type NestRequest, type NestResponse, outgoingOf } from "./nest-types.ts";

const ADVICE =
  "Nest's parsers come before guards, so let it keep the bytes: NestFactory.create(AppModule, { rawBody: true })";

/** A route that says nothing is for signed-in users. */
const SIGNED_IN: Demand = { guests: false, permission: undefined, options: {} };

type Decide = (
  request: NodeRequest,
  response: ServerResponse,
  seen: NestRequest,
) => Auth<unknown> | undefined | Promise<Auth<unknown>>;

/**
 * Stands before every route of an application. What it refuses it throws; the filter of HufuModule answers.
 * @throws TypeError if this is neither a Hufu nor a verifier
 */
export function createNestGuard(verifying: Verifying<AnyClaims>): CanActivate {
  const signedIn = decisionOn(SIGNED_IN);
  /** By method and by controller: to read what decorators have noted costs more than the check of a known token. */
  const known = new WeakMap<object, Decide | "silent">();

  function decisionOn(demand: Demand): Decide {
    if (demand.guests) return nodeAdmission(orGuest(createAdmit<NestRequest>(verifying, {})), undefined, ADVICE);
    const { permission, options } = demand;
    return nodeAdmission(createAdmit<NestRequest>(verifying, { permission, ...options }), options.body, ADVICE);
  }

  function decisionAt(place: object): Decide | undefined {
    let decide = known.get(place);
    if (decide === undefined) {
      // Only the decorators write there.
      const demand = Reflect.getMetadata(DEMAND, place) as Demand | undefined;
      decide = demand === undefined ? "silent" : decisionOn(demand);
      known.set(place, decide);
    }
    return decide === "silent" ? undefined : decide;
  }

  return {
    canActivate(context: ExecutionContext): boolean | Promise<boolean> {
      if (context.getType() !== "http")
        throw new TypeError(`HufuModule guards HTTP requests only, not ${context.getType()}`);
      const http = context.switchToHttp();
      const request = http.getRequest<NestRequest>();
      // The method's demand, or its controller's.
      const decide = decisionAt(context.getHandler()) ?? decisionAt(context.getClass()) ?? signedIn;
      const auth = decide(incomingOf(request), outgoingOf(http.getResponse<NestResponse>()), request);
      if (!(auth instanceof Promise)) {
        letThrough(request, auth);
        return true;
      }
      return auth.then((admitted) => {
        letThrough(request, admitted);
        return true;
      });
    },
  };
}
