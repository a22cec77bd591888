import { type ArgumentsHost, Catch, type ExceptionFilter } from "@nestjs/common";
import type { FastifyReply } from "fastify";
import { HufuError } from "../../core/errors/errors.ts";
import { sendAnswer } from "../../http/messages/send-answer.ts";
import { sendReply } from "../fastify/fastify-answer.ts";
import { keepRefusal } from "../node-answer.ts";
import { refusalAnswer } from "../refusal-answer.ts";
import { type NestRequest, type NestResponse, outgoingOf } from "./nest-types.ts";

/** Answers in the host's own words. */
export type OnRefused = (error: HufuError, request: NestRequest, response: NestResponse) => unknown;

/** Answers refusals, a guard's and those that handlers throw, such as `auth.ownerFilter`. */
export class RefusalFilter implements ExceptionFilter<HufuError> {
  readonly #onRefused: OnRefused | undefined;

  constructor(onRefused: OnRefused | undefined) {
    this.#onRefused = onRefused;
  }

  async catch(error: HufuError, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const response = http.getResponse<NestResponse>();
    const outgoing = outgoingOf(response);
    if (outgoing.headersSent) {
      outgoing.destroy();
      return;
    }
    const answer = refusalAnswer(error);
    if (this.#onRefused !== undefined) {
      keepRefusal(outgoing, answer);
      await this.#onRefused(error, http.getRequest<NestRequest>(), response);
    } else if (isReply(response)) sendReply(response, answer);
    else sendAnswer(outgoing, answer);
  }
}

/** Nest's responses are Express's, or Fastify's, which have that of `node:http` in `raw`. */
function isReply(response: NestResponse): response is NestResponse & FastifyReply {
  return "raw" in response;
}

// What `@Catch(HufuError)` above the class would say.
Catch(HufuError)(RefusalFilter);
