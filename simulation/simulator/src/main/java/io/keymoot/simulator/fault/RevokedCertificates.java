package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;

/**
 * The certificate of somebody who is in is revoked. The others come to know it one after the other,
 * and either put the device out, or it stays in until it starts again; then who knows does not let
 * it in.
 */
final class RevokedCertificates implements Fault {
  private static final long HEARD_WITHIN_MILLIS = 20_000;

  @Override
  public String name() {
    return "revoked";
  }

  @Override
  public boolean needsCertificates() {
    return true;
  }

  @Override
  public void plan(Trouble trouble) {
    trouble
        .world()
        .watch(
            new Watcher() {
              @Override
              public void cameUp(Node node) {
                tell(trouble, node);
              }
            });
    trouble.nowAndThen(30_000, () -> trouble.some(1).forEach(node -> revoke(trouble, node)));
  }

  private void revoke(Trouble trouble, Node node) {
    trouble.world().injected(name());
    trouble.world().revoke(node);
    trouble.world().up().forEach(each -> tell(trouble, each));
    long later = trouble.between(0, HEARD_WITHIN_MILLIS);
    if (trouble.random().nextBoolean()) {
      trouble.afterwards(later, () -> trouble.people().expels(node));
    } else {
      trouble.afterwards(
          later,
          () -> {
            node.crash();
            trouble.people().comesAgain(node);
          });
    }
  }

  private void tell(Trouble trouble, Node node) {
    trouble.afterwards(
        trouble.between(0, HEARD_WITHIN_MILLIS), () -> trouble.world().tellRevoked(node));
  }

  /** It is taken away from whoever has it. */
  @Override
  public void end(Trouble trouble) {
    trouble.world().up().stream().filter(Node::isRevoked).forEach(Node::crash);
  }
}
