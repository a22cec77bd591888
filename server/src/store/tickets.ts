/** Which tickets were redeemed, and by whom. */
export interface TicketStore {
  /**
   * Marks a ticket as redeemed by this redeemer, unless it is by another. Of N redeemers at once exactly one is answered its own
   * name, and all others that one's too; asking again answers the same. After the promise resolved it survives
   * `kill -9`; after it rejected it may have happened.
   * @param jti id of the ticket
   * @param redeemer a hash: who redeems, and for what
   * @returns who has redeemed the ticket
   */
  redeem(jti: string, redeemer: string): Promise<string>;
  /** Who has redeemed the ticket; `undefined` if it was not redeemed. */
  redeemerOf(jti: string): Promise<string | undefined>;
}
