import type { Answer } from "./http.ts";

/** What some back ends have and others do not. */
export type Capability =
  | "tokens"
  | "refresh"
  | "codes"
  | "revocation-endpoint"
  | "introspection"
  | "clients"
  | "own-sessions"
  | "jwks"
  | "proofs"
  | "request-macs"
  | "step-up"
  | "sign-out"
  | "kick"
  | "ban"
  | "close"
  | "key-revocation"
  | "tickets"
  | "administration";

/** A signed-in user of a target. `access` and `refresh` are empty where the target has no tokens. */
export interface Session {
  readonly user: string;
  readonly openid: string;
  readonly access: string;
  readonly refresh: string;
}

export type Fields = Readonly<Record<string, string>>;

/**
 * A running back end that is attacked over HTTP: `GET /orders` needs `order:read:own`, `GET /orders/:id` belongs to its
 * owner, `GET /admin/orders` needs `order:read:all`, `GET /profile` needs a user. With `step-up`, `GET /recent` needs an
 * authentication of the last five minutes, `GET /vault` one by finger or face. With `request-macs`, `POST /coupons` needs a MAC.
 */
export interface Target {
  readonly name: "hufu" | "naive-openid" | "two-tokens";
  /** Where the business back end listens. */
  readonly url: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** The app's client id. */
  readonly clientId: string;
  /** A back end's credentials. */
  readonly backEnd: { readonly id: string; readonly secret: string };
  /** Back ends that may redeem tickets. */
  readonly redeemers: readonly { readonly id: string; readonly secret: string }[];
  /** What must never appear in an answer or a log. */
  readonly secrets: readonly string[];
  /** A fresh login code, as `wx.login` gives one. */
  code(user: string): string;
  /** What a phone of this user signs after a finger; where the back end knows biometrics. */
  readonly finger?: (user: string, json: string) => string;
  /** WeChat's key of this user, as the user's phones get it; `rotate` makes a newer one. Where the back end takes request MACs. */
  readonly userKey?: (user: string, rotate?: "rotate") => { readonly encryptKey: string; readonly version: number };
  /** Signs a user in as an honest client does. */
  signIn(user: string, fields?: Fields): Promise<Session>;
  /** The token endpoint's sign-in, with any fields. */
  exchange(fields: Fields): Promise<Answer>;
  /** The token endpoint's refresh, with any fields. */
  renew(refresh: string, fields?: Fields): Promise<Answer>;
  /** The headers by which an honest client shows who it is. */
  credentials(session: Session): Fields;
  /** A request to the business back end. */
  ask(path: string, headers?: Fields, init?: RequestInit): Promise<Answer>;
  /** A request below the issuer. */
  askIssuer(path: string, init?: RequestInit): Promise<Answer>;
  /** What an administrator does. */
  kick(session: Session): Promise<void>;
  ban(session: Session): Promise<void>;
  setRoles(session: Session, roles: readonly string[]): Promise<void>;
  signOut(session: Session): Promise<void>;
  close(session: Session): Promise<void>;
  revokeKeys(): Promise<void>;
  /** The public key of the access tokens as JWK, where there is one. */
  publicJwk(): Promise<Readonly<Record<string, unknown>>>;
  /** Time passes for the back end. */
  pass(ms: number): Promise<void>;
  /** Everything that it logged. */
  log(): string;
  /** Everything that it stored, to see whether a refused request changed something. */
  dump(): string;
  stop(): Promise<void>;
}
