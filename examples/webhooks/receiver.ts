// Receives Hufu's messages in Express: answers resolveUser, and keeps its own users table in step with sign-ins and closed accounts.
import type { DatabaseSync } from "node:sqlite";
import express, { type Express, type Request, type Response } from "express";
import { Webhook } from "standardwebhooks";

interface Message {
  readonly type: string;
  readonly data: Readonly<Record<string, string | null>>;
}

/** @param secrets `whsec_…`: while a secret is being changed, the old one and the new one */
export function createReceiver(database: DatabaseSync, secrets: readonly string[]): Express {
  database.exec(`create table if not exists users (id integer primary key, openid text unique, sign_ins integer default 0);
    create table if not exists handled (id text primary key, at integer)`);
  const verifiers = secrets.map((secret) => new Webhook(secret));

  /** The message, if one of the secrets signed it in the last five minutes. */
  function verified(request: Request): Message | undefined {
    const headers = {
      "webhook-id": request.get("webhook-id") ?? "",
      "webhook-timestamp": request.get("webhook-timestamp") ?? "",
      "webhook-signature": request.get("webhook-signature") ?? "",
    };
    for (const verifier of verifiers) {
      try {
        return verifier.verify(request.body, headers) as Message;
      } catch {
        // Perhaps the other secret.
      }
    }
    return undefined;
  }

  /** The same openid gets the same user, however often it is asked for. */
  function resolve(openid: string): { readonly user_id: string } {
    database.prepare("insert into users (openid) values (?) on conflict do nothing").run(openid);
    const row = database.prepare("select id from users where openid = ?").get(openid);
    return { user_id: String(row?.["id"]) };
  }

  /** A message may come twice. Its id and what it does are one transaction, so it has its effect once. */
  function handle(id: string, { type, data }: Message): void {
    database.exec("begin immediate");
    try {
      const first = database
        .prepare("insert into handled (id, at) values (?, unixepoch()) on conflict do nothing")
        .run(id);
      const user = data["external_id"] ?? null;
      if (first.changes === 1 && type === "user.signed_in") {
        database.prepare("update users set sign_ins = sign_ins + 1 where id = ?").run(user);
      }
      if (first.changes === 1 && type === "user.closed") {
        database.prepare("update users set openid = null where id = ?").run(user);
      }
      database.exec("commit");
    } catch (error) {
      database.exec("rollback");
      throw error;
    }
  }

  const app = express();
  // The signature covers the bytes as they came: no JSON parser may stand before it.
  app.post("/hufu", express.raw({ type: "application/json" }), (request: Request, response: Response) => {
    const message = Buffer.isBuffer(request.body) ? verified(request) : undefined;
    if (message === undefined) return void response.sendStatus(401);
    if (message.type === "user.resolve") return void response.json(resolve(message.data["openid"] ?? ""));
    handle(request.get("webhook-id") ?? "", message);
    response.sendStatus(204);
  });
  return app;
}
