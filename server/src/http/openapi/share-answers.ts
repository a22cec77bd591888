type Described = Readonly<Record<string, unknown>>;
/** Responses by status, of each method of each path. */
export type Paths = Readonly<Record<string, Readonly<Record<string, object>>>>;

/**
 * Refusals that several operations have in common, once each by a name, such as `Refused401` and `Refused401b`. Without that
 * they would be most of the document.
 */
export function shareAnswers(paths: Paths): { readonly paths: Paths; readonly responses: Described } {
  const uses = new Map<string, number>();
  eachAnswer(paths, (_, answer) => {
    const text = JSON.stringify(answer);
    uses.set(text, (uses.get(text) ?? 0) + 1);
    return answer;
  });
  const names = new Map<string, string>();
  const perStatus = new Map<string, number>();
  const shared = eachAnswer(paths, (status, answer) => {
    const text = JSON.stringify(answer);
    if (Number(status) < 400 || (uses.get(text) ?? 0) < 2) return answer;
    let name = names.get(text);
    if (name === undefined) {
      const count = perStatus.get(status) ?? 0;
      perStatus.set(status, count + 1);
      name = `Refused${status}${count === 0 ? "" : String.fromCodePoint(97 + count)}`;
      names.set(text, name);
    }
    return { $ref: `#/components/responses/${name}` };
  });
  return { paths: shared, responses: Object.fromEntries([...names].map(([text, name]) => [name, JSON.parse(text)])) };
}

function eachAnswer(paths: Paths, change: (status: string, answer: unknown) => unknown): Paths {
  const entries = Object.entries(paths).map(([path, members]) => {
    const changed = Object.entries(members).map(([name, member]): [string, object] => {
      if (!("responses" in member)) return [name, member];
      const responses = Object.entries(Object(member["responses"])).map(([status, answer]) => [
        status,
        change(status, answer),
      ]);
      return [name, { ...member, responses: Object.fromEntries(responses) }];
    });
    return [path, Object.fromEntries(changed)] as const;
  });
  return Object.fromEntries(entries);
}
