package io.keymoot.simulator.fault;

/** Some messages are held back, up to 5 s. */
final class Reordering implements Fault {
  @Override
  public String name() {
    return "reorder";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.world().injected(name());
    trouble.world().weather().reorderPercent = trouble.between(0.0, trouble.isHeavy() ? 20 : 1);
    trouble.world().weather().reorderMillis = trouble.spread(50, 5_000);
  }

  @Override
  public void end(Trouble trouble) {
    trouble.world().weather().reorderPercent = 0;
  }
}
