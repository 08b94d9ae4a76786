package io.keymoot.peer;

import io.keymoot.admission.Hearing;
import io.keymoot.admission.Invite;
import io.keymoot.admission.PolicyRules;
import io.keymoot.admission.Ticket;
import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/** All that can happen to a peer. */
public sealed interface PeerInput {

  /** The first input. */
  record Start(WallTime wall) implements PeerInput {}

  /** The deadline is reached. */
  record Wake() implements PeerInput {}

  /** Bytes came, of whatever kind but frames. */
  record Received(Address from, Bytes message) implements PeerInput {}

  /** Where the transport reaches this peer now. */
  record ReachedAt(Address address) implements PeerInput {}

  /**
   * What an earlier start of this device learnt, as it was signed and told to others, parents
   * first: taken in the very step that lets this peer in. So no key is ever in use that these facts
   * take back. After {@link ReachedAt}.
   */
  record Remember(List<Bytes> facts) implements PeerInput {
    public Remember {
      facts = List.copyOf(facts);
    }
  }

  /** Whom a newcomer does not ask to let it in: they are out ({@link Fall}). */
  record Shun(SortedSet<MemberId> members) implements PeerInput {}

  /** The date, for certificates and invites alone. */
  record Date(WallTime wall) implements PeerInput {}

  // ---- for the policy

  /** What somebody outside answered to one errand of the policy. */
  record Heard(Hearing hearing) implements PeerInput {}

  /**
   * This device's owner answers a question that waits ({@link PeerEffect.PolicyWaits}): for all
   * persons whom the policy asks. A no is final. A yes is also this device's approval, for other
   * members whose policies collect them.
   *
   * @param by who it was, for the log
   */
  record Answer(Ticket ticket, boolean yes, String by) implements PeerInput {}

  /** Other rules from now on; questions that wait are judged anew. */
  record Policy(PolicyRules rules) implements PeerInput {}

  /** Revocation lists, as files hold them, in place of all earlier ones. */
  record Revocations(List<Bytes> lists) implements PeerInput {}

  /** An invite beside those of the policy file. */
  record AddInvite(Invite invite) implements PeerInput {}

  record RemoveInvite(String name) implements PeerInput {}

  // ---- what the application wants

  /**
   * Put a device out, if the policy lets this device: at once by role, or by approving, so that
   * others help. For persons whom the policy asks, this is their yes.
   */
  record Expel(Fingerprint device) implements PeerInput {}

  /** Fetch the credentials of members that have not been seen, so that they have names. */
  record Recognise() implements PeerInput {}

  /** A device that was expelled may come back, if enough want it. */
  record Pardon(Fingerprint device) implements PeerInput {}

  record Leave() implements PeerInput {}

  record Refresh() implements PeerInput {}

  /**
   * A new stay with a new leaf key, on the old seat.
   *
   * @param credential a renewed one over the same key, if it is to be used from now on; one that
   *     would not help is not taken
   */
  record Renew(Optional<Bytes> credential) implements PeerInput {}
}
