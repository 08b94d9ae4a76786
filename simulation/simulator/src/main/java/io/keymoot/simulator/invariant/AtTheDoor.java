package io.keymoot.simulator.invariant;

import io.keymoot.admission.Question;
import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Certifier;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * I5, where certificates are asked for: who keeps to the rules lets in nobody whose certificate
 * was, by its own date and the revocations it had heard of, no longer or not yet good when it was
 * asked.
 */
final class AtTheDoor implements Watcher {
  private final World world;

  /** Whom each of them would let in. */
  private final Map<Node, TreeSet<MemberId>> wanted = new HashMap<>();

  AtTheDoor(World world) {
    this.world = world;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    if (!world.isCertified() || node.isByzantine()) {
      return;
    }
    for (PeerEffect effect : effects) {
      if (effect instanceof PeerEffect.PolicyDecided decided
          && decided.yes()
          && decided.about().purpose() == Question.Purpose.ADMIT) {
        MemberId newcomer = decided.about().member();
        wanted.computeIfAbsent(node, n -> new TreeSet<>()).add(newcomer);
        whyNot(node, newcomer).ifPresent(why -> wrong(node, newcomer, why));
      }
    }
    if (node.known() == before) {
      return;
    }
    for (Known fact : Taken.since(before, node)) {
      if (fact.fact() instanceof Admit admit && fact.author().equals(node.member())) {
        for (SignedJoinRequest row : admit.rows()) {
          if (!wanted.getOrDefault(node, new TreeSet<>()).contains(row.member())) {
            wrong(node, row.member(), "its policy was not asked about");
          }
        }
      }
    }
  }

  private void wrong(Node node, MemberId newcomer, String why) {
    world.violated("I5", node + " lets in " + newcomer + ", whom " + why);
  }

  private Optional<String> whyNot(Node node, MemberId newcomer) {
    Certifier.Paper paper = world.paperOf(newcomer).orElse(null);
    if (paper == null) {
      return Optional.of("nobody certified");
    }
    WallTime date = node.date();
    if (date.isBefore(paper.from().plusSeconds(-Certifier.TOLERANCE_SECONDS))
        || date.isAfter(paper.until().plusSeconds(Certifier.TOLERANCE_SECONDS))) {
      return Optional.of(
          "somebody certified from " + paper.from() + " to " + paper.until() + ", at " + date);
    }
    return node.heardRevoked().contains(paper.serial())
        ? Optional.of("it knows to be revoked")
        : Optional.empty();
  }
}
