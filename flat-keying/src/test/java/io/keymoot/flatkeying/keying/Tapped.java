package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.wire.Bytes;

/** A group of which an adversary has every message and every draw, from the founding on. */
final class Tapped implements Group.Witness {
  final Group group;
  final Adversary adversary;
  final Group.Node founder;

  private Tapped(Group group, Adversary adversary, Group.Node founder) {
    this.group = group;
    this.adversary = adversary;
    this.founder = founder;
  }

  static Tapped founding(Group group, String name) {
    return founding(group, name, true);
  }

  /**
   * @param isThorough as {@link Adversary} has it
   */
  static Tapped founding(Group group, String name, boolean isThorough) {
    Draws draws = group.draws();
    Group.Node founder = group.foundLater(name, "chair", Group.CHAIR_EXPELS, draws);
    Adversary adversary = new Adversary(founder.core.group(), group.shared, isThorough);
    adversary.device(founder.id(), draws);
    adversary.blobs.put(Group.credential(name, "chair"));
    Tapped tapped = new Tapped(group, adversary, founder);
    group.witness = tapped;
    group.start(founder);
    return tapped;
  }

  void join(String name, String roles) {
    adversary.blobs.put(Group.credential(name, roles));
    group.join(name, roles);
  }

  @Override
  public void said(Group.Node from, Bytes message) {
    adversary.said(from, message);
  }

  @Override
  public void stepped(Group.Node node) {
    adversary.stepped(node);
  }
}
