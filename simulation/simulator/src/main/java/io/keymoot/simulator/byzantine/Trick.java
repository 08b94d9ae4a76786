package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.simulator.world.Node;
import java.util.List;
import java.util.Optional;

/** One way to misbehave. */
interface Trick {
  String name();

  /** Does something of its own; asked again and again. False if there was nothing to be done. */
  default boolean act(Liar liar) {
    return false;
  }

  /** What it says in place of what its honest half would say. */
  default List<Bytes> instead(Liar liar, Optional<Address> to, Bytes message) {
    return List.of(message);
  }

  /** Somebody said something; all hear everything here. True if it did something about it. */
  default boolean overhear(Liar liar, Node from, Bytes message) {
    return false;
  }

  static List<Trick> all() {
    return List.of(
        new Equivocate(),
        new BackDate(),
        new AdmitAccomplices(),
        new AdmitInThePast(),
        new AdmitAgain(),
        new ExpelAlone(),
        new ExpelTogether(),
        new ForgeApprovals(),
        new ForgeFacts(),
        new LieAboutMembers(),
        new RekeyUnreadably(),
        new GarbleCovers(),
        new GarbleSeals(),
        new GarbleRelays(),
        new OrderRelays(),
        new FloodOfHeres(),
        new FloodOfOrphans(),
        new FloodOfJoiners(),
        new LieInHeartbeats(),
        new ForgetInHeartbeats(),
        new GiveFalseKeys(),
        new GrantFalsely(),
        new SendAstray(),
        new AnswerRubbish(),
        new LeaveForOthers(),
        new HoardKeys(),
        new SuspendTheLiving(),
        new ConvictTheHonest(),
        new Withhold(),
        new SpeakToSome(),
        new Dawdle(),
        new Echo());
  }
}
