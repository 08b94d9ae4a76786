package io.keymoot.simulator.fault;

/** Messages come twice, 0 to 50 %. */
final class Duplication implements Fault {
  @Override
  public String name() {
    return "duplication";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.world().injected(name());
    trouble.world().weather().duplicatePercent = trouble.between(0.0, trouble.isHeavy() ? 50 : 1);
  }

  @Override
  public void end(Trouble trouble) {
    trouble.world().weather().duplicatePercent = 0;
  }
}
