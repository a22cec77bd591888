import { createSimulatedWeChat } from "@hufu/simulator";
import { createHufu, type Hufu, type HufuOptions } from "hufu";

const APP = "wx0000000000000001";
/** For a machine's own loopback and a database that is thrown away. */
export const BENCH_SECRET = "3f1c5e8a7b9d2046c8e1f3a5b7d9e0c2468ace13579bdf02";

export interface SignedIn {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Everything but the database that a deployment with one simulated app says; `endpoint` is the simulator's. */
export function benchOptions(endpoint: string, database: string): HufuOptions {
  return {
    issuer: "http://127.0.0.1:8080/auth",
    secret: BENCH_SECRET,
    database,
    apps: [{ appId: APP, appSecret: "simulated", endpoint }],
    roles: {
      member: ["order:read:own", "order:create", "coupon:read:own", "address:write:own", "review:create"],
    },
    defaultRoles: ["member"],
    // Counted as ever, but one connection refreshes one session thousands of times a minute, which no phone does.
    limits: { refreshesPerMinute: 1_000_000 },
  };
}

/** The client id of the one app. */
export const CLIENT_ID: string = APP;

/** Lets a simulator run while `work` uses it. */
export async function withSimulator<Result>(
  work: (endpoint: string, codeOf: (user: string) => string) => Promise<Result>,
): Promise<Result> {
  const simulator = createSimulatedWeChat({
    apps: [{ appId: APP, appSecret: "simulated" }],
    loginsPerMinute: Number.POSITIVE_INFINITY,
  });
  const { url, close } = await simulator.listen();
  try {
    return await work(url, (user) => simulator.issueCode({ user }));
  } finally {
    await close();
  }
}

/** Signs so many users in, a few at a time. */
export async function signInMany(
  hufu: Hufu,
  codeOf: (user: string) => string,
  count: number,
): Promise<readonly SignedIn[]> {
  const signedIn: SignedIn[] = [];
  while (signedIn.length < count) {
    const group = Array.from({ length: Math.min(32, count - signedIn.length) }, (_, at) =>
      hufu.protocol.signIn({
        clientId: APP,
        code: codeOf(`user-${signedIn.length + at}`),
        deviceId: `device-${signedIn.length + at}`,
      }),
    );
    for (const { accessToken, refreshToken } of await Promise.all(group)) {
      if (refreshToken === undefined) throw new Error("a sign-in gave no refresh token");
      signedIn.push({ accessToken, refreshToken });
    }
  }
  return signedIn;
}

/** A running Hufu with so many signed-in users; the platform is gone again. */
export function hufuWithPeople(
  database: string,
  count: number,
  more: Partial<HufuOptions> = {},
): Promise<{ readonly hufu: Hufu; readonly people: readonly SignedIn[] }> {
  return withSimulator(async (endpoint, codeOf) => {
    const hufu = await createHufu({ ...benchOptions(endpoint, database), ...more });
    return { hufu, people: await signInMany(hufu, codeOf, count) };
  });
}
