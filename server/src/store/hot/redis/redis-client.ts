/** A connection of `ioredis`, as far as Hufu uses one. */
export interface RedisConnection {
  /** `ready` when commands go out at once; `wait` before a lazy client connects; `end` when it never will again. */
  readonly status: string;
  connect(): Promise<unknown>;
  disconnect(): void;
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  on(event: string, listener: (...args: readonly unknown[]) => void): unknown;
  once(event: string, listener: (...args: readonly unknown[]) => void): unknown;
}

/** A client of `ioredis` for a single server or a Sentinel group: `new Redis(…)`. */
export interface RedisServerClient extends RedisConnection {
  duplicate(override: object): RedisConnection;
}

/** A client of `ioredis` for a cluster: `new Cluster(…)`. */
export interface RedisClusterClient extends RedisConnection {
  nodes(): readonly RedisServerClient[];
}

/** A client of `ioredis` (5.4 or newer) for Redis or Valkey, known by its structure: the caller configures and closes it. */
export type RedisClient = RedisServerClient | RedisClusterClient;

/** Does this look like a client of `ioredis`? */
export function isRedisClient(value: unknown): value is RedisClient {
  if (typeof value !== "object" || value === null) return false;
  const has = (name: string): boolean => name in value && typeof Reflect.get(value, name) === "function";
  return ["connect", "disconnect", "call", "on", "once"].every(has) && (has("nodes") || has("duplicate"));
}

/** The clients to whose servers one may connect once more: each node of a cluster, or the client itself. */
export function serversOf(client: RedisClient): readonly RedisServerClient[] {
  return "nodes" in client ? client.nodes() : [client];
}
