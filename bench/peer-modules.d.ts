// What of the peers is used here. They are not installed where the workspace is type-checked.

declare module "@casl/ability" {
  export interface Rule {
    readonly action: string;
    readonly subject: string;
  }
  export function createMongoAbility(rules: readonly Rule[]): { can(action: string, subject: string): boolean };
}

declare module "@node-rs/jsonwebtoken" {
  export function verifySync(
    token: string,
    key: string,
    validation: {
      readonly algorithms: readonly string[];
      readonly iss: readonly string[];
      readonly aud: readonly string[];
    },
  ): Readonly<Record<string, unknown>>;
}

declare module "casbin" {
  export function newModelFromString(text: string): object;
  export class StringAdapter {
    constructor(policy: string);
  }
  export function newEnforcer(
    model: object,
    adapter: StringAdapter,
  ): Promise<{
    enforceSync(subject: string, object: string, action: string): boolean;
  }>;
}

declare module "better-auth" {
  export interface Auth {
    readonly options: object;
    handler(request: Request): Promise<Response>;
    readonly api: { getSession(asked: { readonly headers: Headers }): Promise<object | null> };
  }
  export function betterAuth(options: object): Auth;
}

declare module "better-auth/plugins" {
  export function anonymous(): object;
}

declare module "better-auth/db/migration" {
  export function getMigrations(options: object): Promise<{ runMigrations(): Promise<void> }>;
}

declare module "better-auth/node" {
  import type { RequestListener } from "node:http";
  export function toNodeHandler(auth: object): RequestListener;
}

declare module "fast-jwt" {
  export function createVerifier(options: {
    readonly key: string;
    readonly algorithms: readonly string[];
    readonly allowedIss: string;
    readonly allowedAud: string;
    readonly cache: number | boolean;
    readonly cacheKeyBuilder?: (token: string) => string;
  }): (token: string) => Readonly<Record<string, unknown>>;
}

declare module "@fastify/jwt" {
  import type { FastifyPluginCallback } from "fastify";

  const fastifyJwt: FastifyPluginCallback<{ readonly secret: object; readonly verify: object }>;
  export default fastifyJwt;
}

declare module "express-jwt" {
  import type { KeyObject } from "node:crypto";
  import type { RequestHandler } from "express";

  export function expressjwt(options: {
    readonly secret: KeyObject;
    readonly algorithms: readonly string[];
    readonly issuer: string;
    readonly audience: string;
  }): RequestHandler;
}

declare module "oidc-provider" {
  import type { RequestListener } from "node:http";

  export interface Adapter {
    upsert(id: string, payload: object, expiresIn: number | undefined): Promise<void>;
    find(id: string): Promise<object | undefined>;
    findByUid(uid: string): Promise<object | undefined>;
    findByUserCode(userCode: string): Promise<object | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  export default class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
    readonly Client: { find(id: string): Promise<object | undefined> };
    readonly Grant: new (
      facts: object,
    ) => {
      addResourceScope(resource: string, scope: string): void;
      save(): Promise<string>;
    };
    readonly RefreshToken: new (
      facts: object,
    ) => { save(): Promise<string> };
  }
}
