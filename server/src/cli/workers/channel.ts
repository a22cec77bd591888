import { within } from "../../core/time/deadline.ts";
import { explainFailure } from "../output/explain-failure.ts";
import { Failure } from "../output/failure.ts";

/** Two processes of this program that can send each other messages. */
export interface MessagePort {
  /** Never throws: a process that has ended hears nothing. */
  send(message: object): void;
  onMessage(listener: (message: unknown) => void): void;
}

type Answers<Names> = {
  readonly [Name in keyof Names]: (asked: never) => Promise<unknown>;
};

/** Asks the other process; rejects with Failure where it refuses or has not answered after `ms`. */
export type Ask<Theirs extends Answers<Theirs>> = <Name extends keyof Theirs & string>(
  name: Name,
  ms: number,
  ...asked: Parameters<Theirs[Name]>
) => ReturnType<Theirs[Name]>;

interface Question {
  readonly hufu: "ask";
  readonly id: number;
  readonly name: string;
  readonly asked: unknown;
}

interface Reply {
  readonly hufu: "answer";
  readonly id: number;
  readonly answer?: unknown;
  readonly refused?: string;
}

/**
 * Questions and answers between two processes of one program, both ways. What is said is not checked: no other program has
 * the channel.
 */
export function openChannel<Theirs extends Answers<Theirs>, Ours extends Answers<Ours>>(
  port: MessagePort,
  ours: Ours,
): Ask<Theirs> {
  const asking = new Map<number, (reply: Reply) => void>();
  let lastId = 0;

  async function answer({ id, name, asked }: Question): Promise<void> {
    const reply = { hufu: "answer", id } as const;
    try {
      const method: unknown = Reflect.get(ours, name);
      if (typeof method !== "function") throw new Failure(`a worker and its primary disagree about ${name}`);
      port.send({ ...reply, answer: await method(asked) } satisfies Reply);
    } catch (error) {
      port.send({ ...reply, refused: explainFailure(error) } satisfies Reply);
    }
  }

  port.onMessage((message) => {
    if (isOurs(message, "ask")) void answer(message as Question);
    if (isOurs(message, "answer")) asking.get((message as Reply).id)?.(message as Reply);
  });

  function ask<Name extends keyof Theirs & string>(
    name: Name,
    ms: number,
    ...[asked]: Parameters<Theirs[Name]>
  ): ReturnType<Theirs[Name]> {
    lastId += 1;
    const id = lastId;
    const replied = new Promise<unknown>((resolve, reject) => {
      asking.set(id, (reply) =>
        reply.refused === undefined ? resolve(reply.answer) : reject(new Failure(reply.refused)),
      );
    });
    port.send({ hufu: "ask", id, name, asked } satisfies Question);
    const answered = within({ ms, what: "another process of this server" }, () => replied);
    return answered.finally(() => asking.delete(id)) as ReturnType<Theirs[Name]>;
  }
  return ask;
}

function isOurs(message: unknown, kind: "ask" | "answer"): boolean {
  return typeof message === "object" && message !== null && "hufu" in message && message.hufu === kind;
}
