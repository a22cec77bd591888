import type { Command } from "commander";
import { silentLogger } from "../../core/log/log.ts";
import { systemRandom } from "../../core/random.ts";
import { systemClock } from "../../core/time/clock.ts";
import { longestAccessOf } from "../../hufu/database/entry-life.ts";
import { type KeyDescription, type KeyRing, openKeyRing } from "../../session/signing-keys/key-ring.ts";
import { keyStage } from "../../token/keys/key-stage.ts";
import { createSealedBox } from "../../token/sealing/sealed-box.ts";
import { actor } from "../actor.ts";
import { type Deployment, inDeployment, withConfigOption } from "../config/open-deployment.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";
import { textTable } from "../output/text-table.ts";
import { instantInWords, relativeToNow } from "../output/time-in-words.ts";

/** `hufu keys`: the keys that sign access tokens. */
export function addKeys(program: Command, terminal: Terminal): void {
  const keys = program
    .command("keys")
    .summary("list, rotate and revoke the keys that sign access tokens")
    .description("The keys that sign access tokens: list them, make the next one, take one out.")
    .addHelpText(
      "after",
      `
Examples:
  $ hufu keys list --config hufu.json
  $ hufu keys rotate --config hufu.json
  $ hufu keys revoke KID --config hufu.json

Stages:
  published  verifiers may know it already, and nobody signs with it yet
  signing    signs new tokens
  retired    signs no more; its last tokens may still be alive
  gone       no token of it can be alive
  revoked    taken out at once; no token of it counts`,
    );

  withConfigOption(keys.command("list"))
    .description("Lists the keys and what each is doing.")
    .addHelpText("after", "\nExamples:\n  $ hufu keys list --config hufu.json")
    .action(({ config }: { config: string }) =>
      inDeployment(config, terminal, async (deployment) => terminal.out(await listOf(deployment, terminal.now()))),
    );

  withConfigOption(keys.command("rotate"))
    .description("Makes the next key: published at once, signing when every verifier can know it.")
    .option("--force", "also if the last one that was made does not sign yet")
    .addHelpText("after", "\nExamples:\n  $ hufu keys rotate --config hufu.json")
    .action(({ config, force }: { config: string; force?: boolean }) =>
      inDeployment(config, terminal, async (deployment) => {
        const ring = await openRing(deployment);
        const waiting = (await ring.list()).find(({ stage }) => stage === "published");
        if (waiting !== undefined && force !== true) throw alreadyWaits(waiting, terminal.now());
        const kid = await ring.rotate({ by: actor() });
        const made = (await ring.list()).find((key) => key.kid === kid);
        const from = made === undefined ? "soon" : instantInWords(made.signsFrom, terminal.now());
        terminal.out(`Made the key ${kid}; it signs from ${from}. Running servers take it up by themselves.\n`);
      }),
    );

  withConfigOption(keys.command("revoke"))
    .argument("<kid>", "the key, as hufu keys list names it")
    .description(
      "Takes a key out at once, for a key that got into wrong hands: no token that it signed counts any more.",
    )
    .addHelpText("after", "\nExamples:\n  $ hufu keys revoke KID --config hufu.json")
    .action((kid: string, { config }: { config: string }) =>
      inDeployment(config, terminal, async (deployment) => {
        const revoked = await (await openRing(deployment)).revoke(kid, { by: actor() });
        if (!revoked) throw new Failure(`there is no key "${kid}" that could be revoked; see hufu keys list`);
        terminal.out(`Revoked the key ${kid}. Running servers refuse its tokens within about a second.\n`);
      }),
    );
}

function alreadyWaits({ kid, signsFrom }: KeyDescription, now: number): Failure {
  const from = instantInWords(signsFrom, now);
  return new Failure(`the key ${kid} waits already and signs from ${from}; --force adds another all the same`);
}

async function listOf({ store }: Deployment, clockNow: number): Promise<string> {
  const { keys, now } = await store.keys.list();
  if (keys.length === 0) return "There is no key yet; hufu serve makes the first one.\n";
  const rows = keys.map((key) => [
    key.kid,
    key.alg,
    keyStage(key, keys, now),
    relativeToNow(key.createdAt, clockNow),
    relativeToNow(key.signsFrom, clockNow),
    key.revokedAt !== null
      ? `revoked ${relativeToNow(key.revokedAt, clockNow)}`
      : key.publishedUntil === null
        ? "-"
        : relativeToNow(key.publishedUntil, clockNow),
  ]);
  return textTable(["KID", "ALG", "STAGE", "MADE", "SIGNS FROM", "PUBLISHED UNTIL"], rows);
}

function openRing({ store, secrets, options, announce }: Deployment): Promise<KeyRing> {
  return openKeyRing({
    store: store.keys,
    box: createSealedBox(secrets, systemRandom),
    clock: systemClock,
    log: silentLogger,
    algorithm: options.algorithm,
    longestAccessMs: longestAccessOf(store),
    announce,
  });
}
