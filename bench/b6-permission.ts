// One question of a handler, "may this caller do that?", with few and with many permissions granted.
import { createMongoAbility } from "@casl/ability";
import { newEnforcer, newModelFromString, StringAdapter } from "casbin";
import { compileGrants } from "../server/src/access/grants.ts";
import type { Finding, Measure } from "./figure.ts";
import { type Contender, timeInTurn } from "./measure.ts";
import { compareRounds } from "./statistics.ts";

const RESOURCES = ["order", "coupon", "address", "review", "invoice", "refund", "parcel", "stock", "price", "shop"];
const ACTIONS = ["read", "create", "update", "delete", "export"];

interface Question {
  readonly resource: string;
  readonly action: string;
  readonly permission: string;
}

export const measureB6: Measure = async ({ quick }, say) => {
  const findings: Finding[] = [];
  for (const count of [5, 50, 500]) {
    say(`${count} granted`);
    const granted = questions(0, count);
    // As many that are granted as are not, so that no side lives from the one or the other.
    const asked = [...granted, ...questions(count, 2 * count)];
    const plan = { rounds: quick ? 9 : 31, batchMs: quick ? 30 : 60, warmUpMs: quick ? 300 : 1000 };
    const grants = compileGrants(granted.map(({ permission }) => permission));
    const ability = createMongoAbility(granted.map(({ resource, action }) => ({ action, subject: resource })));
    const enforcer = await newEnforcer(newModelFromString(MODEL), new StringAdapter(policyOf(granted)));
    const answers = new Map(asked.map(({ permission }, place) => [permission, place < count]));
    const [ours, casl, casbin, bare] = await timeInTurn(
      [
        contender("Hufu", asked, ({ permission }) => grants.allows(permission)),
        contender("CASL", asked, ({ resource, action }) => ability.can(action, resource)),
        contender("Casbin", asked, ({ resource, action }) => enforcer.enforceSync("member", resource, action)),
        contender("Map.get", asked, ({ permission }) => answers.get(permission) === true),
      ],
      plan,
    );
    if (!ours || !casl || !casbin || !bare) throw new Error("a contender is missing");
    for (const [peer, peerName, least] of [
      [bare, "bare Map.get of the same size", 0.9],
      [casl, "CASL 7.0.1, its rules built before", 1],
      [casbin, "Casbin 5.51.1, enforceSync, its policy loaded before", 1],
    ] as const) {
      findings.push({
        of: `${count} granted, as many asked for that are not`,
        unit: "checks/s",
        ours: ours.perSecond,
        peer: peer.perSecond,
        peerName,
        limit: bare.perSecond,
        ...compareRounds(ours.rounds, peer.rounds),
        bound: { least },
      });
    }
  }
  return findings;
};

/** Casbin's own model of access by role, as its documentation begins. */
const MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act
`;

function policyOf(granted: readonly Question[]): string {
  return granted.map(({ resource, action }) => `p, member, ${resource}, ${action}`).join("\n");
}

function questions(from: number, to: number): readonly Question[] {
  return Array.from({ length: to - from }, (_, at) => {
    const place = from + at;
    const kind = Math.floor(place / (RESOURCES.length * ACTIONS.length));
    const resource = `${RESOURCES[place % RESOURCES.length]}${kind === 0 ? "" : kind}`;
    const action = ACTIONS[Math.floor(place / RESOURCES.length) % ACTIONS.length] ?? "";
    return { resource, action, permission: `${resource}:${action}` };
  });
}

/** @throws Error through `run` if not exactly half of what is asked for is granted */
function contender(name: string, asked: readonly Question[], may: (question: Question) => boolean): Contender {
  const granted = asked.filter(may).length;
  if (granted !== asked.length / 2) throw new Error(`${name} grants ${granted} of ${asked.length}`);
  let at = 0;
  return {
    name,
    run(times) {
      let yes = 0;
      for (let turn = 0; turn < times; turn += 1) {
        at = at + 1 < asked.length ? at + 1 : 0;
        const question = asked[at];
        if (question !== undefined && may(question)) yes += 1;
      }
      return yes;
    },
  };
}
