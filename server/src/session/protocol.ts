import { checkSecretText, checkText } from "../core/arguments.ts";
import { type Caller, USER } from "../core/caller.ts";
import { HufuError } from "../core/errors/errors.ts";
import type { SessionId } from "../core/ids.ts";
import type { PolicySnapshot } from "../store/policy.ts";
import type { Session, SessionFacts } from "../store/records.ts";
import type { UserWithIdentities } from "../store/users.ts";
import { createAuthenticateClient } from "./authenticate-client.ts";
import { checkClient, checkRefresh, checkSessionId, checkSignIn, checkStepUp } from "./check-input.ts";
import type { Client, Clients, ShownSecret } from "./clients.ts";
import { confirmSelf } from "./confirm-self.ts";
import type { SessionContext } from "./context.ts";
import { countedRefusal, countedSignIn } from "./counted-answers.ts";
import type { EndCause } from "./ending/end-records.ts";
import { endAllOfUser, endSession } from "./ending/end-sessions.ts";
import { type Revoker, revokeToken } from "./ending/revoke-token.ts";
import { type Introspection, introspect } from "./introspect.ts";
import { whyOver } from "./liveness.ts";
import { mintForClient } from "./mint.ts";
import { createOwnAccount, type OwnAccount } from "./own-account/own-account.ts";
import { type RefreshInput, refresh } from "./refresh/refresh.ts";
import type { Self } from "./self.ts";
import { signIn } from "./sign-in/sign-in.ts";
import type { SignInInput } from "./sign-in/sign-in-input.ts";
import type { Jwks } from "./signing-keys/key-ring.ts";
import { challengeStepUp, type StepUpChallenge, type StepUpInput, stepUp } from "./step-up/step-up.ts";
import { type IssuedTicket, issueTicket } from "./tickets/issue-ticket.ts";
import { type RedeemedTicket, redeemTicket } from "./tickets/redeem-ticket.ts";
import type { TicketPurpose, TicketRedemption } from "./tickets/ticket-input.ts";
import type { TokenAnswer } from "./token-answer.ts";

const SIGN_OUT: EndCause = { why: "logged_out", rule: "sign_out" };
const SIGN_OUT_ELSEWHERE: EndCause = { why: "logged_out", rule: "sign_out_elsewhere" };

/**
 * Everything that docs/protocol.md lets others ask, without the wire format. Refusals are `HufuError`s; a wrong argument
 * is a `TypeError` that names it.
 */
export interface Protocol {
  /** §3.1 */
  signIn(input: SignInInput): Promise<TokenAnswer>;
  /** §3.2 */
  refresh(input: RefreshInput): Promise<TokenAnswer>;
  /** §3.3 */
  clientCredentials(client: Client): Promise<TokenAnswer>;
  /** §2: a confidential client by its secret. */
  authenticate(id: string, secret: string): Client;
  /** The same for what a request showed: wrong secrets are counted, told and slowed down. */
  authenticateRequest(shown: readonly ShownSecret[], caller: Caller): Promise<Client>;
  /** §2: the registration of a confidential client as it is now. */
  findClient(id: string): Client | undefined;
  /** §2: is this the `client_id` of a mini program? */
  isMiniProgram(clientId: string): Promise<boolean>;
  /** RFC 7009. */
  revoke(token: string, client: Revoker): Promise<void>;
  /** RFC 7662. */
  introspect(token: string, client: Client): Promise<Introspection>;
  /** RFC 7517. */
  jwks(): Jwks;
  /** §6: what every role allows, read from the database. */
  roles(): Promise<PolicySnapshot>;
  /** §7, the user's own pages; each asks the database for session and user first. */
  me(self: Self): Promise<UserWithIdentities>;
  mySessions(self: Self): Promise<readonly Session[]>;
  /** Ends one of one's own. `false` if no session has that id. */
  endMySession(self: Self, sid: SessionId, caller?: Caller): Promise<boolean>;
  /** Ends all but this one; answers how many. */
  endMyOtherSessions(self: Self, caller?: Caller): Promise<number>;
  /** §7: the user's own account. */
  readonly account: OwnAccount;
  /** §8: the user authenticates again; an access token of the same session, without a refresh token. */
  stepUp(self: Self, input: StepUpInput): Promise<TokenAnswer>;
  /** §8: what the phone's hardware shall sign for a step-up by finger or face. */
  challengeStepUp(self: Self, operation: string): Promise<StepUpChallenge>;
  /** §8: a ticket of one's own session. */
  issueTicket(self: Self, purpose: TicketPurpose): Promise<IssuedTicket>;
  /** §8: redeems a ticket for a back end, once. That the client may, its access token has shown. */
  redeemTicket(redemption: TicketRedemption, client: { readonly id: string }): Promise<RedeemedTicket>;
}

/** Characters of what a user is asked to confirm. */
const OPERATION_MOST = 128;

export function createProtocol(context: SessionContext, clients: Clients): Protocol {
  const { store } = context;

  const confirm = (self: Self): Promise<SessionFacts> => confirmSelf(store, self);

  return Object.freeze({
    async signIn(input: SignInInput): Promise<TokenAnswer> {
      checkSignIn(input);
      return countedSignIn(context.meter, () => signIn(context, input));
    },
    async refresh(input: RefreshInput): Promise<TokenAnswer> {
      checkRefresh(input);
      try {
        const app = context.findApp(input.clientId);
        if ((app instanceof Promise ? await app : app) === undefined) throw new HufuError("client_unknown");
        return await refresh(context, input);
      } catch (error) {
        throw countedRefusal(context.meter, error);
      }
    },
    async clientCredentials(client: Client): Promise<TokenAnswer> {
      checkClient(client);
      const { token, expiresInSeconds } = await mintForClient(context, client);
      return { accessToken: token, tokenType: "Bearer", expiresIn: expiresInSeconds };
    },
    authenticate: (id: string, secret: string) =>
      clients.authenticate([{ id: checkSecretText("id", id), secret: checkSecretText("secret", secret) }]),
    authenticateRequest: createAuthenticateClient(context, clients),
    findClient: clients.find,
    isMiniProgram: async (clientId: string) => (await context.findApp(clientId)) !== undefined,
    async revoke(token: string, client: Revoker): Promise<void> {
      checkClient(client);
      return revokeToken(context, checkSecretText("token", token), client);
    },
    async introspect(token: string, client: Client): Promise<Introspection> {
      checkClient(client);
      return introspect(context, checkSecretText("token", token), client);
    },
    jwks: context.keys.jwks,
    roles: () => store.policy.load(),

    async me(self: Self): Promise<UserWithIdentities> {
      await confirm(self);
      const found = await store.users.find(self.userId);
      if (found === undefined) throw new HufuError("token_revoked", { why: "closed" });
      return found;
    },
    async mySessions(self: Self): Promise<readonly Session[]> {
      const { user, now, resetPol } = await confirm(self);
      const sessions = await store.sessions.listOfUser(self.userId);
      return sessions.filter((session) => whyOver({ session, user, resetPol, now }) === undefined);
    },
    async endMySession(self: Self, sid: SessionId, caller: Caller = USER): Promise<boolean> {
      checkSessionId("sid", sid);
      await confirm(self);
      return endSession(context, sid, sid === self.sid ? SIGN_OUT : SIGN_OUT_ELSEWHERE, caller, self.userId);
    },
    async endMyOtherSessions(self: Self, caller: Caller = USER): Promise<number> {
      await confirm(self);
      const ended = await endAllOfUser(context, self.userId, SIGN_OUT_ELSEWHERE, caller, self.sid);
      return ended.length;
    },
    account: createOwnAccount(context, confirm),
    async stepUp(self: Self, input: StepUpInput): Promise<TokenAnswer> {
      checkStepUp(input);
      return stepUp(context, confirm, self, input);
    },
    issueTicket: (self: Self, purpose: TicketPurpose) => issueTicket(context, self, purpose),
    async redeemTicket(redemption: TicketRedemption, client: { readonly id: string }): Promise<RedeemedTicket> {
      checkClient(client);
      return redeemTicket(context, redemption, { clientId: client.id });
    },
    async challengeStepUp(self: Self, operation: string): Promise<StepUpChallenge> {
      return challengeStepUp(context, confirm, self, checkText("operation", operation, OPERATION_MOST));
    },
  });
}
