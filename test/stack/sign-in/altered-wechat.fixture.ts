/** What the platform's login exchange answered, as parsed JSON. */
export type LoginAnswer = Readonly<Record<string, unknown>>;

/** A `fetch` behind which the platform's login exchange says something else than it said; `seen` gets what it said. */
export function alteredLogin(
  alter: (answer: LoginAnswer) => LoginAnswer,
  seen: LoginAnswer[] = [],
): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (typeof input !== "string" || !new URL(input).pathname.endsWith("/sns/jscode2session")) return response;
    const answer: LoginAnswer = JSON.parse(await response.text());
    seen.push(answer);
    return new Response(JSON.stringify(alter(answer)), { status: response.status });
  };
}
