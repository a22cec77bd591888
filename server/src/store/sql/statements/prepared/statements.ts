import type { SqlDatabase } from "../../dialect.ts";
import { type Accompany, prepareAccompany } from "../../pool/accompany.ts";
import { type AppendToOutbox, prepareOutbox } from "../outbox.ts";
import { type PolicyStatements, preparePolicyStatements } from "../policy-statements.ts";
import { type MintFacts, prepareMintFacts } from "../sessions/mint-facts.ts";
import { prepareSessionStatements, type SessionStatements } from "../sessions/session-statements.ts";
import { prepareReadSignIn, type ReadSignIn } from "../sessions/sign-in-reading.ts";
import { prepareUserStatements, type UserStatements } from "../users/user-statements.ts";

/** The statements that are built once when a store opens. */
export interface Statements {
  readonly accompany: Accompany;
  readonly appendToOutbox: AppendToOutbox;
  readonly facts: MintFacts;
  readonly policy: PolicyStatements;
  readonly readSignIn: ReadSignIn;
  readonly sessions: SessionStatements;
  readonly users: UserStatements;
}

export function prepareStatements({ reader, differences }: SqlDatabase): Statements {
  return Object.freeze({
    accompany: prepareAccompany(reader, differences),
    appendToOutbox: prepareOutbox(reader, differences),
    facts: prepareMintFacts(reader, differences),
    policy: preparePolicyStatements(reader, differences),
    readSignIn: prepareReadSignIn(reader, differences),
    sessions: prepareSessionStatements(reader, differences),
    users: prepareUserStatements(reader, differences),
  });
}
