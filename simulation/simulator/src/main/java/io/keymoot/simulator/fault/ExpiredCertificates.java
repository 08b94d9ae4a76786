package io.keymoot.simulator.fault;

import io.keymoot.admission.WallTime;
import io.keymoot.simulator.world.Certifier;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.World;
import java.util.HashSet;
import java.util.Set;

/**
 * Certificates are good for 10 to 120 s. Whose has run out stays in if it is in, and is let in
 * nowhere and lets in nobody until it has a new one, up to half a minute later.
 */
final class ExpiredCertificates implements Fault {
  private static final long SHORTEST_SECONDS = 10;
  private static final long LONGEST_SECONDS = 120;

  /** Those whose end was noticed. */
  private final Set<Certifier.Paper> late = new HashSet<>();

  @Override
  public String name() {
    return "expired";
  }

  @Override
  public boolean needsCertificates() {
    return true;
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.world().certifier().livesFor(() -> trouble.between(SHORTEST_SECONDS, LONGEST_SECONDS));
    trouble.nowAndThen(5_000, () -> trouble.world().up().forEach(node -> look(trouble, node)));
  }

  private void look(Trouble trouble, Node node) {
    if (node.isToRenew()
        && node.isExpired()
        && trouble.world().paper(node).filter(late::add).isPresent()) {
      trouble.world().injected(name());
      trouble.afterwards(trouble.between(0, 30_000), () -> trouble.renew(node));
    }
  }

  /**
   * None made until now is left: one that is good for a few seconds more would end in the time in
   * which all have to agree, and who is in lets nobody in with it then.
   */
  @Override
  public void end(Trouble trouble) {
    World world = trouble.world();
    world.certifier().livesForADay();
    WallTime latest = world.wallTime().plusSeconds(LONGEST_SECONDS + 1);
    world.up().stream().filter(node -> node.expiresBefore(latest)).forEach(trouble::renew);
    trouble.othersStartAgain();
  }
}
