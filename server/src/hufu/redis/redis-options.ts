/** A host and a port. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** How Hufu shows who it is, and whether over TLS. */
export interface RedisCredentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Connect over TLS. Default `false`. */
  readonly tls?: boolean | undefined;
}

/** A group of servers whose master Sentinels name. */
export interface RedisSentinelOptions extends RedisCredentials {
  readonly sentinels: readonly RedisAddress[];
  /** The name of the group. */
  readonly name: string;
  readonly sentinelUsername?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  /** Number of the database. Default 0. */
  readonly db?: number | undefined;
}

/** A cluster, by some of its nodes. */
export interface RedisClusterOptions extends RedisCredentials {
  readonly cluster: readonly RedisAddress[];
}
