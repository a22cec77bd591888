import type { HufuOptions } from "../../hufu/options.ts";

/** A host and a port to listen on. */
export interface ListenAddress {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 8080; 0 takes a free one. */
  readonly port?: number;
}

/** Where `hufu serve` listens. */
export interface ServeAddress extends ListenAddress {
  /** The path under which requests arrive. Default: the issuer's. */
  readonly path?: string;
}

/** Where the host answers who a user is, when Hufu runs beside it. */
export interface ResolveUserUrl {
  readonly url: string;
  readonly secret: string;
  readonly timeout?: string;
}

/** docs/protocol.md §10, with every `env:` and `file:` replaced by what it names. */
export interface ServerConfig
  extends Pick<
    HufuOptions,
    | "issuer"
    | "secret"
    | "audience"
    | "apps"
    | "clients"
    | "tokens"
    | "sessions"
    | "retention"
    | "rolesFrom"
    | "roles"
    | "defaultRoles"
    | "resolveTimeout"
    | "hooks"
    | "redis"
    | "databaseDirect"
  > {
  readonly listen?: ServeAddress;
  /** For how long requests are answered after SIGTERM. Default `5s`; `0s` for not at all. */
  readonly drain?: string;
  readonly metrics?: ListenAddress;
  readonly database: string;
  readonly resolveUser?: HufuOptions["resolveUser"] | ResolveUserUrl;
}
