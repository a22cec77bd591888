import type { Command } from "commander";
import { fromBase64url, toBase64url } from "../../core/base64url.ts";
import { sessionIdFromBytes } from "../../core/ids.ts";
import { inDeployment } from "../config/open-deployment.ts";
import { Failure } from "../output/failure.ts";
import { printableJson } from "../output/printable.ts";
import type { Terminal } from "../output/terminal.ts";
import { type Judgement, judgeAccessToken, judgeRefreshToken } from "./check-against-deployment.ts";
import { describeClaims } from "./describe-claims.ts";
import { inspectAccessToken } from "./token-faults.ts";

const REFRESH = "hr1.";
/** Key id, session id, generation, two tags, secret, MAC: docs/design.md §5. */
const REFRESH_BYTES = 88;
const LONGEST_INPUT = 65_536;

/** `hufu token inspect`: what a token says, and what is wrong with it. */
export function addTokenInspect(program: Command, terminal: Terminal, end: (code: number) => void): void {
  const token = program.command("token").summary("look into a token").description("Looks into tokens.");
  token.addHelpText("after", "\nExamples:\n  $ hufu token inspect - --config hufu.json");
  token
    .command("inspect")
    .argument(
      "<token...>",
      "an access or refresh token; - reads it from standard input, which keeps it out of the shell's history",
    )
    .option("-c, --config <file>", "also check the signature, and session and user in the database")
    .description(
      "Says what is in a token and, in plain words, what is wrong with it. Never prints a signature or secret.",
    )
    .addHelpText(
      "after",
      `
Examples:
  $ hufu token inspect -                          (paste the token, then Ctrl-D)
  $ hufu token inspect - --config hufu.json
  $ pbpaste | hufu token inspect -

The exit code is 1 if something is wrong. Without --config nothing is proven: anyone who has a text editor can write a token.`,
    )
    .action(async (given: readonly string[], options: { config?: string }) => {
      const text = bare(given[0] === "-" ? await terminal.read() : given.join(" "));
      if (text === "") throw new Failure("there is no token: give one, or - and one on standard input");
      if (text.length > LONGEST_INPUT) throw new Failure("this is too long to be a token");
      if (isWholeAnswer(text)) throw new Failure("this is the whole answer; give its access_token");
      const inspect = text.startsWith(REFRESH) ? inspectRefresh : inspectAccess;
      end((await inspect(text, options.config, terminal)) ? 0 : 1);
    });
}

/** People copy a whole header line, or the quotes around a JSON string. */
function bare(text: string): string {
  return text
    .trim()
    .replace(/^authorization:\s*/i, "")
    .replace(/^(?:bearer|dpop)\s+/i, "")
    .replace(/^(["'])(.*)\1$/s, "$2")
    .trim();
}

/** The JSON in which tokens come. */
function isWholeAnswer(text: string): boolean {
  if (!text.startsWith("{")) return false;
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null && "access_token" in answer;
  } catch {
    return false;
  }
}

async function inspectAccess(text: string, config: string | undefined, terminal: Terminal): Promise<boolean> {
  if (config === undefined) terminal.out("The signature was not checked; with --config FILE it is.\n\n");
  const { header, claims, faults, parsed } = inspectAccessToken(text, terminal.now());
  if (claims === undefined) terminal.out("This cannot be read as an access token.\n");
  else terminal.out(`An access token:\n${describeClaims(claims, terminal.now())}`);
  if (header !== undefined && claims !== undefined) {
    terminal.out(`\nHeader:\n${printableJson(header)}\n\nClaims:\n${printableJson(claims)}\n`);
  }
  const judged =
    config === undefined || parsed === undefined
      ? undefined
      : await inDeployment(config, terminal, (deployment) => judgeAccessToken(parsed, deployment));
  return conclude(judged, faults, terminal);
}

async function inspectRefresh(text: string, config: string | undefined, terminal: Terminal): Promise<boolean> {
  if (config === undefined) terminal.out("Whether it is genuine was not checked; with --config FILE it is.\n\n");
  const bytes = fromBase64url(text.slice(REFRESH.length));
  if (bytes === undefined || bytes.length !== REFRESH_BYTES) {
    terminal.out("A refresh token.\n");
    return conclude(undefined, ["It is not whole: something was cut off, added or changed."], terminal);
  }
  terminal.out(
    "A refresh token. Only its issuer can read more of it than this:\n" +
      `  secret's id     ${toBase64url(bytes.subarray(0, 4))}\n` +
      `  session         ${sessionIdFromBytes(bytes.subarray(4, 20))}\n` +
      `  generation      ${bytes.readUInt32BE(20)}\n`,
  );
  const judged =
    config === undefined
      ? undefined
      : await inDeployment(config, terminal, (deployment) => judgeRefreshToken(text, deployment));
  return conclude(judged, [], terminal);
}

/** Prints the verdict; answers whether nothing is wrong. */
function conclude(judged: Judgement | undefined, found: readonly string[], terminal: Terminal): boolean {
  const faults = [...found, ...(judged?.faults ?? [])];
  for (const fact of judged?.facts ?? []) terminal.out(`\n${fact}`);
  if (judged !== undefined && judged.facts.length > 0) terminal.out("\n");
  if (faults.length > 0) terminal.out(`\nWhat is wrong:\n${faults.map((fault) => `  - ${fault}\n`).join("")}`);
  else terminal.out("\nNothing is wrong with it that can be seen here.\n");
  if (judged === undefined) {
    terminal.out("\nThis proves nothing: no key was asked. With --config FILE signature and session are checked.\n");
  }
  return faults.length === 0;
}
