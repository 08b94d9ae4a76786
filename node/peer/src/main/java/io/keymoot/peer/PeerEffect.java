package io.keymoot.peer;

import io.keymoot.admission.Errand;
import io.keymoot.admission.Ticket;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.frame.TekEpoch;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Freshness;
import java.util.List;

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

  /** The policy needs others to answer about a newcomer. */
  record Ask(MemberId newcomer, Ticket ticket, List<Errand> errands) implements PeerEffect {}

  /** The policy said no. */
  record TurnedAway(MemberId newcomer, String reason, String remedy) implements PeerEffect {}

  // ---- to people

  record Status(Effect.State state, String cause) implements PeerEffect {}

  record RosterChanged(List<MemberId> came, List<MemberId> went, int members)
      implements PeerEffect {}

  record Rekeyed(Effect.Rekeyed cost) implements PeerEffect {}

  record Refused(Effect.Refused fact) implements PeerEffect {}

  record RosterIs(Freshness freshness, int heard, int members) implements PeerEffect {}

  /** A message that could not be used; for counters and logs. */
  record Ignored(String what) implements PeerEffect {}
}
