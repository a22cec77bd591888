import type { StepUp } from "./calls/step-up-challenge.ts";
import type { Proof } from "./proof.ts";
import type { Environment } from "./runtime/runtime.ts";
import type { SignInMode } from "./session/session.ts";

/** One address for all environments, or one for each. */
export type PerEnvironment = string | Readonly<Record<Environment, string>>;

/** Options of `createClient`. */
export interface ClientOptions {
  /** Address of the business back end: `https://api.example.com`, or one address for each of develop, trial and release. */
  readonly baseURL: PerEnvironment;
  /** Address of Hufu. Default: `baseURL + "/auth"`. */
  readonly issuer?: PerEnvironment;
  /** The app's `client_id`. Default: its appid. */
  readonly clientId?: string;
  /** Further addresses below which the user's token may go. Default: none. */
  readonly origins?: readonly string[];
  /** `lazy` (default): before the first call that needs a user; `launch`: at once; `manual`: only by `login()`. */
  readonly signIn?: SignInMode;
  /**
   * Milliseconds in the foreground for one call with its sign-in, waiting and repeats. Each chunk and each progress of an
   * upload or download starts the time again. Default 60,000, the platform's own.
   */
  readonly timeout?: number;
  /**
   * Binds the session to a key of this device: `createProof()` of `@hufu/client/proof`. Or signs requests with WeChat's key of
   * the user: `createRequestMac()` of `@hufu/client/request-mac`. Default: neither.
   */
  readonly proof?: Pick<Proof, "on">;
  /** Prints each step, secrets masked. Default `false`. */
  readonly debug?: boolean;
  /** What `stepUp()` of `@hufu/client/step-up` gives. Default: a call whose guard wants a step-up fails. */
  readonly stepUp?: StepUp;
}

export interface ResolvedOptions {
  readonly baseURL: string;
  readonly issuer: string;
  readonly origins: readonly string[];
  readonly signIn: SignInMode;
  readonly timeout: number;
  readonly debug: boolean;
}

const KNOWN = ["baseURL", "issuer", "clientId", "origins", "signIn", "timeout", "debug", "proof", "stepUp"];
const MODES = ["lazy", "launch", "manual"];
const TIMEOUT_MS = 60_000;

/** @throws TypeError that names the wrong option */
export function resolveOptions(options: ClientOptions, environment: Environment): ResolvedOptions {
  for (const name of Object.keys(options)) if (KNOWN.indexOf(name) === -1) throw wrong(name, "there is no such option");
  const here = (option: PerEnvironment, name: string): string => {
    const url = typeof option === "string" ? option : option?.[environment];
    if (typeof url !== "string" || url === "") throw wrong(name, `no address for "${environment}"`);
    return url.replace(/\/+$/, "");
  };
  const { origins = [], signIn = "lazy", timeout = TIMEOUT_MS, debug = false } = options;
  if (MODES.indexOf(signIn) === -1) throw wrong("signIn", MODES.join(" | "));
  if (!(timeout > 0)) throw wrong("timeout", "milliseconds above zero");
  const baseURL = here(options.baseURL, "baseURL");
  const issuer = options.issuer === undefined ? `${baseURL}/auth` : here(options.issuer, "issuer");
  return { baseURL, issuer, origins, signIn, timeout, debug };
}

/** Names the option, and says what is wrong with it. */
export function wrong(name: string, what: string): TypeError {
  return new TypeError(`@hufu/client: ${name}: ${what}`);
}
