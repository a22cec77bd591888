import type { FastifyReply } from "fastify";
import type { Answer, StreamedAnswer } from "../../http/messages/call.ts";
import { sendAnswer } from "../../http/messages/send-answer.ts";

/** Answers through Fastify, so that headers and hooks of the host still count; a stream goes past it. */
export function sendReply(reply: FastifyReply, answer: Answer | StreamedAnswer): FastifyReply {
  const { status, headers } = answer;
  reply.code(status).headers(headers);
  if ("stream" in answer) {
    reply.hijack();
    // Several values of one header, as `Set-Cookie`, are a list here and in node:http.
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    sendAnswer(reply.raw, answer);
    return reply;
  }
  // Bytes: a text would get a charset, or a type where there is none.
  return reply.send(answer.body === null ? undefined : Buffer.from(answer.body, "utf8"));
}
