import type { OwnToken } from "./own-token.ts";

/** Asks with our own token, and once more with a fresh one if that was refused: keys change, and secrets too. */
export async function askAsOurselves<Answer extends { readonly status: number }>(
  ownToken: OwnToken,
  ask: (token: string) => Promise<Answer>,
): Promise<Answer> {
  const token = await ownToken.get();
  const answer = await ask(token);
  if (answer.status !== 401) return answer;
  ownToken.drop(token);
  return ask(await ownToken.get());
}
