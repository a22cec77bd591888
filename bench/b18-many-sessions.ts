// Does a user with many sessions sign in as fast as one with few? Each sign-in replaces the session of its own phone, so
// that the numbers stay as they are.
import { join } from "node:path";
import { createHufu, type Hufu } from "hufu";
import type { Figure, Measure } from "./figure.ts";
import { type Contender, timeInTurn } from "./measure.ts";
import { benchOptions, CLIENT_ID, withSimulator } from "./people.ts";
import { withPostgres } from "./postgres.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { compareRounds } from "./statistics.ts";

const MANY = 100;
const LEAST = 0.8;

export const measureB18: Measure = async ({ quick }, say) => {
  const compare = (name: string, database: string): Promise<Figure> => {
    say(name);
    return withSimulator(async (endpoint, codeOf) => {
      const hufu = await createHufu({ ...benchOptions(endpoint, database), sessions: { perIdentity: MANY } });
      try {
        const [many, one] = await timeInTurn(
          [await signingIn(hufu, codeOf, "many", MANY), await signingIn(hufu, codeOf, "one", 1)],
          { rounds: quick ? 9 : 31, batchMs: quick ? 60 : 200, warmUpMs: quick ? 300 : 1000 },
        );
        if (!many || !one) throw new Error("a contender is missing");
        return {
          of: `${name}, one after the other, on a known phone`,
          unit: "sign-ins/s",
          ours: many.perSecond,
          peer: one.perSecond,
          peerName: "a user with one session",
          limit: null,
          ...compareRounds(many.rounds, one.rounds),
          bound: { least: LEAST },
        };
      } finally {
        await hufu.close();
      }
    });
  };
  return [
    await compare("SQLite in the process", `sqlite:${join(scratchFolder(), "hufu.db")}`),
    await withPostgres((url) => compare("PostgreSQL", url)),
  ];
};

async function signingIn(
  hufu: Hufu,
  codeOf: (user: string) => string,
  user: string,
  sessions: number,
): Promise<Contender> {
  const signIn = (phone: number) =>
    hufu.protocol.signIn({ clientId: CLIENT_ID, code: codeOf(user), deviceId: `phone-${phone}` });
  for (let phone = 0; phone < sessions; phone += 1) await signIn(phone);
  let next = 0;
  return {
    name: user,
    async run(times) {
      let lives = 0;
      for (let turn = 0; turn < times; turn += 1) {
        lives += (await signIn(next % sessions)).expiresIn;
        next += 1;
      }
      return lives;
    },
  };
}
