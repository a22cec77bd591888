import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { whyUnreadable } from "../config/resolve-references.ts";
import { Failure } from "../output/failure.ts";
import type { Terminal } from "../output/terminal.ts";

/** What can be said on the command line. No secret is among it: it would stay in the shell's history. */
export interface InitOptions {
  readonly config: string;
  readonly appid?: string;
  /** `-` is standard input. */
  readonly appSecretFile?: string;
  readonly appSecretEnv?: string;
  readonly issuer?: string;
  readonly database: string;
  readonly endpoint?: string;
  readonly tryPlatform?: true;
  readonly force?: true;
}

/** Everything that the written configuration depends on. */
export interface InitAnswers {
  readonly issuer: string;
  /** As it is written: a URL without a password, or a reference. */
  readonly database: string;
  readonly appId: string;
  /** The value, and the reference to it if it stays where it is. */
  readonly appSecret: { readonly value: string; readonly reference?: string };
  readonly endpoint: string | undefined;
  /** Shall the platform be asked now? */
  readonly tryPlatform: boolean;
}

const DEFAULT_ISSUER = "http://127.0.0.1:8080/auth";

/** Takes what the options say, and asks for the rest if there is a terminal. @throws Failure for what is missing */
export async function initAnswers(options: InitOptions, terminal: Terminal): Promise<InitAnswers> {
  refusePassword(options.database);
  const issuer = options.issuer ?? (await askedIssuer(terminal));
  const appId = options.appid ?? (await asked(terminal, "appid of the mini program (wx…): ", "--appid"));
  const appSecret = await secretOf(options, terminal);
  const tryPlatform = options.tryPlatform ?? (await askedToTry(options, terminal));
  return { issuer, database: options.database, appId, appSecret, endpoint: options.endpoint, tryPlatform };
}

async function askedIssuer({ ask }: Terminal): Promise<string> {
  const answer = await ask?.(`address under which clients reach Hufu, https in production [${DEFAULT_ISSUER}]: `);
  return answer?.trim() || DEFAULT_ISSUER;
}

async function asked({ ask }: Terminal, question: string, option: string): Promise<string> {
  if (ask === undefined) throw new Failure(`nobody can be asked here; say ${option}`);
  const answer = (await ask(question)).trim();
  if (answer === "") throw new Failure(`nothing was written: ${option} was left empty`);
  return answer;
}

async function secretOf(options: InitOptions, terminal: Terminal): Promise<InitAnswers["appSecret"]> {
  const { appSecretEnv: name, appSecretFile: file } = options;
  if (name !== undefined) {
    const value = terminal.env[name] ?? "";
    if (value === "") throw new Failure(`--app-secret-env: the environment variable ${name} is not set or empty`);
    return { value, reference: `env:${name}` };
  }
  if (file !== undefined) return { value: checkedSecret(await contentOf(file, terminal)) };
  if (terminal.askHidden === undefined) {
    throw new Failure(
      "nobody can be asked here; say --app-secret-file FILE (- is standard input) or --app-secret-env NAME",
    );
  }
  return { value: checkedSecret(await terminal.askHidden("AppSecret (is not shown): ")) };
}

async function contentOf(file: string, terminal: Terminal): Promise<string> {
  if (file === "-") return terminal.read();
  const path = resolve(terminal.folder, file);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Failure(`--app-secret-file: the file ${path} ${whyUnreadable(error)}`);
  }
}

/** A secret that came with a prompt or a second line is not what the platform knows. */
function checkedSecret(given: string): string {
  const secret = given.trim();
  if (secret === "") throw new Failure("nothing was written: the AppSecret is empty");
  if (/\s/.test(secret)) throw new Failure("nothing was written: the AppSecret has white space in it");
  return secret;
}

async function askedToTry({ appid }: InitOptions, { ask }: Terminal): Promise<boolean> {
  // An appid on the command line comes from a script, which says --try-platform itself.
  if (ask === undefined || appid !== undefined) return false;
  const answer = await ask("try appid and AppSecret at the platform now? (yes/no) [no]: ");
  return answer.trim().toLowerCase() === "yes";
}

function refusePassword(database: string): void {
  if (!URL.canParse(database) || new URL(database).password === "") return;
  throw new Failure(
    "--database holds a password, which would stay in the shell's history: say env:NAME or file:PATH, where the URL is",
  );
}
