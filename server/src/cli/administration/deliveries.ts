import { type Command, InvalidArgumentError, Option } from "commander";
import type { StoredWebhook } from "../../store/webhooks.ts";
import { createDeliveries, type Deliveries } from "../../webhooks/deliveries.ts";
import { typeOfEvent } from "../../webhooks/webhook-events.ts";
import { callerHere } from "../actor.ts";
import { readLimit } from "../arguments.ts";
import { inDeployment } from "../config/open-deployment.ts";
import { counted } from "../output/counted.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";
import { textTable } from "../output/text-table.ts";
import { relativeToNow } from "../output/time-in-words.ts";
import { changing, type DeskOptions, printJson, showing } from "./in-administration.ts";

interface ListOptions extends DeskOptions {
  readonly endpoint?: string;
  readonly state?: "waiting" | "dead";
  readonly limit?: number;
  readonly before?: number;
}

interface RetryOptions extends DeskOptions {
  readonly endpoint?: string;
}

const LISTED = 50;

/** `hufu deliveries`: messages to webhooks that have not arrived. */
export function addDeliveries(program: Command, terminal: Terminal): void {
  const deliveries = program
    .command("deliveries")
    .summary("list the messages to webhooks that have not arrived, and send dead letters again")
    .description("Messages to webhooks: those that wait, those that were given up (dead letters), and a new try.")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu deliveries list --state dead --config hufu.json
  $ hufu deliveries retry 17 18 --config hufu.json
  $ hufu deliveries retry --endpoint orders --reason "the receiver was down" --config hufu.json`,
    );

  showing(deliveries.command("list"))
    .description("Lists messages that have not arrived, newest first. What has arrived is not kept.")
    .option("--endpoint <id>", "only those to this receiver")
    .addOption(new Option("--state <state>", "only these").choices(["waiting", "dead"]))
    .option("--limit <count>", "how many, 1 to 200", readLimit)
    .option("--before <number>", "only older ones than this", readNumber)
    .addHelpText("after", "\nExamples:\n  $ hufu deliveries list --endpoint orders --json --config hufu.json")
    .action((options: ListOptions) => withDeliveries(options, terminal, (of) => list(of, terminal, options)));

  changing(deliveries.command("retry").argument("[number...]", "the dead letters", readNumbers))
    .description("Sends dead letters again, those named or all of a receiver. A running server does it within seconds.")
    .option("--endpoint <id>", "all of this receiver")
    .addHelpText("after", "\nExamples:\n  $ hufu deliveries retry --endpoint orders --config hufu.json")
    .action((numbers: readonly number[], options: RetryOptions, command: Command) => {
      const { endpoint } = options;
      if ((endpoint === undefined) === (numbers.length === 0))
        command.error("error: say which: numbers, or --endpoint");
      return withDeliveries(options, terminal, (of) => retry(of, terminal, numbers, options));
    });
}

function withDeliveries(
  { config }: DeskOptions,
  terminal: Terminal,
  work: (of: Deliveries) => Promise<void>,
): Promise<void> {
  // Nothing is sent from here: a running server takes what is due.
  return inDeployment(config, terminal, ({ store }) => work(createDeliveries(store.webhooks)));
}

async function list(of: Deliveries, terminal: Terminal, options: ListOptions): Promise<void> {
  const { endpoint, state, before, limit = LISTED } = options;
  const items = await of.list({ endpoint, state, before, limit });
  const next = items.length === limit ? (items.at(-1)?.number ?? null) : null;
  if (options.json === true) return printJson(terminal, { items: items.map(deliveryJson), next });
  terminal.out(items.length === 0 ? "There is no such message.\n" : deliveryTable(items, terminal.now()));
  if (next !== null) terminal.err(`There may be more: --before ${next}\n`);
}

async function retry(
  of: Deliveries,
  terminal: Terminal,
  numbers: readonly number[],
  { endpoint, reason }: RetryOptions,
): Promise<void> {
  const retried = await of.retry(endpoint === undefined ? { numbers } : { endpoint }, callerHere(reason));
  if (retried === 0) throw new Failure("none of these is a dead letter; see hufu deliveries list --state dead");
  terminal.out(`${counted(retried, "message")} will be sent again.\n`);
}

/** Without the payload: it is your own back end's, and this may stand on a screen. */
function deliveryJson(delivery: StoredWebhook): object {
  const { number, endpoint, messageId, event, createdAt, dueAt, attempts, fault } = delivery;
  return {
    number,
    endpoint,
    message_id: messageId,
    type: typeOfEvent(event),
    state: dueAt === null ? "dead" : "waiting",
    created: Math.floor(createdAt / 1000),
    due: dueAt === null ? null : Math.floor(dueAt / 1000),
    attempts,
    fault,
  };
}

function deliveryTable(items: readonly StoredWebhook[], now: number): string {
  const rows = items.map(({ number, endpoint, event, createdAt, dueAt, attempts, fault }) => [
    String(number),
    endpoint,
    typeOfEvent(event),
    relativeToNow(createdAt, now),
    dueAt === null ? "dead" : `due ${relativeToNow(dueAt, now)}`,
    String(attempts),
    fault ?? "-",
  ]);
  return textTable(["NUMBER", "ENDPOINT", "TYPE", "WRITTEN", "STATE", "ATTEMPTS", "LAST"], rows);
}

function readNumber(text: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (number < 1) throw new InvalidArgumentError("it must be a number of hufu deliveries list.");
  return number;
}

function readNumbers(text: string, before: readonly number[] | undefined): readonly number[] {
  return [...(before ?? []), readNumber(text)];
}
