package io.keymoot.peer;

import io.keymoot.admission.Errand;
import io.keymoot.admission.Invite;
import io.keymoot.admission.InviteUse;
import io.keymoot.admission.Renewal;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.frame.TekEpoch;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Freshness;
import java.util.List;
import java.util.Optional;

/** All that a peer wants done, to be done in order. */
public sealed interface PeerEffect {

  // ---- to the network

  /** To all; lost is lost, another comes soon. */
  record Beat(Bytes message) implements PeerEffect {}

  record Multicast(Bytes message) implements PeerEffect {}

  record Unicast(Address to, Bytes message) implements PeerEffect {}

  // ---- to the frames' key ring

  /** Frames of this peer are this sender's from now on. */
  record BeginStay(FrameSender self) implements PeerEffect {}

  /** These may send. */
  record Admit(List<Sender> senders) implements PeerEffect {}

  /**
   * @param key SubjectPublicKeyInfo, for frames that are signed
   */
  record Sender(FrameSender frames, Bytes key) {}

  /**
   * This stay is over.
   *
   * @param atOnce put out, not gone by itself
   */
  record EndStay(StayId stay, boolean atOnce) implements PeerEffect {}

  record Install(TekEpoch key) implements PeerEffect {}

  record Activate(FactId epoch, int revision) implements PeerEffect {}

  record HoldBack() implements PeerEffect {}

  /** An expulsion made this epoch unclean. */
  record LeaveBehind(FactId epoch) implements PeerEffect {}

  /** Wipe it: first what the ring derived from it, then the key itself, by {@code wipe}. */
  record Retire(FactId epoch, int revision, Runnable wipe) implements PeerEffect {}

  // ---- to whoever decides

  /**
   * A question of the policy waits for others: people, members, another system. It is answered by
   * {@link PeerInput.Answer} or {@link PeerInput.Heard}.
   *
   * @param fresh those errands that nobody was sent on before
   */
  record PolicyWaits(Pending about, List<Errand> fresh) implements PeerEffect {}

  /**
   * The policy decided, at once or after waiting.
   *
   * @param reason a whole sentence
   * @param remedy what can be done about a no; empty for a yes
   */
  record PolicyDecided(Pending about, boolean yes, String reason, String remedy)
      implements PeerEffect {}

  /** What is wrong with revocation lists or invites that were handed in. */
  record PolicyFaults(List<String> faults) implements PeerEffect {}

  /** Invites that were added, and who used which: to be kept for the next start. */
  record InvitesAre(List<Invite> added, List<InviteUse> uses) implements PeerEffect {}

  /** Whether the renewed credential was taken, and what that changes. */
  record RenewalIs(Renewal.Advice advice) implements PeerEffect {}

  // ---- to people

  /** Members want somebody in, out or back, and so many approved. */
  record Approvals(Effect.Approvals soFar) implements PeerEffect {}

  /** Who vouches for what this newcomer was told. */
  record VouchedBy(Effect.VouchedBy who) implements PeerEffect {}

  record Status(Effect.State state, String cause) implements PeerEffect {}

  record RosterChanged(List<MemberId> came, List<MemberId> went, int members)
      implements PeerEffect {}

  record Rekeyed(Effect.Rekeyed cost) implements PeerEffect {}

  /** These slots have fresh keys to come. */
  record Resealed(MemberId by, List<Slot> slots) implements PeerEffect {}

  record Refused(Effect.Refused fact) implements PeerEffect {}

  record RosterIs(Freshness freshness, int heard, int members) implements PeerEffect {}

  /** Another member has the same facts and another idea of who is in: one of us has a bug. */
  record RosterDisagrees(MemberId with) implements PeerEffect {}

  /** A slot's keys are now made by somebody else, when they have to be. */
  record KeyHolderPassed(Slot slot, Optional<MemberId> from, Optional<MemberId> to)
      implements PeerEffect {}

  /**
   * Somebody speaks another version of the protocol, and is not understood. Told once a minute for
   * each, and sixteen times for all.
   */
  record OtherVersion(Address from, int theirs, int ours) implements PeerEffect {}

  /** A message that could not be used; for counters and logs. */
  record Ignored(String what) implements PeerEffect {}
}
