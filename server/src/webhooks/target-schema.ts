import * as z from "zod";
import { closed } from "../options/closed-object.ts";
import { MISSING } from "../options/mistakes.ts";
import { checkedText, duration, list, oneOf } from "../options/values.ts";
import { targetUrlMistake } from "./target-url.ts";
import { WEBHOOK_TYPES } from "./webhook-events.ts";
import { webhookSecretMistake } from "./webhook-secret.ts";

const secretText = checkedText("A secret.", webhookSecretMistake);

/** Where signed messages go, and what signs them: members that every target has. */
const targetMembers = {
  url: checkedText("The receiver: https, or http on a loopback address.", targetUrlMistake),
  secret: z
    .union([secretText, list(secretText, "Secrets, the newest first.", 1)], {
      error: ({ input }) => (input === undefined ? MISSING : "must be a text or a list of texts, the newest first"),
    })
    .describe("whsec_ and base64 of 24 to 64 bytes, or a list with the newest first; write env:NAME or file:PATH."),
};

/** `resolveUser` as a URL. */
export const resolveTarget = closed({
  ...targetMembers,
  timeout: duration("How long it may take, 100ms to 30s. Default is resolveTimeout.", {
    least: "100ms",
    most: "30s",
  }).optional(),
}).describe("Asked which user of your back end an identity belongs to, by a signed request.");

const ID = "must have 1 to 32 of a-z, 0-9, _ and -";

const receiver = closed({
  id: checkedText("Names it in the database, the log and commands; keep it when the URL changes.", (id) =>
    /^[a-z0-9_-]{1,32}$/.test(id) ? undefined : ID,
  ),
  ...targetMembers,
  events: list(oneOf(WEBHOOK_TYPES, "A type of event."), "The events that it receives. Default is all.", 1).default(
    WEBHOOK_TYPES,
  ),
  timeout: duration("For one request with its answer, 1s to 30s.", { least: "1s", most: "30s" }).default("10s"),
});

/** The receivers of events. */
export const webhookReceivers = list(receiver, "Receivers of signed messages about events. Default is none.");
