package io.keymoot.simulator.fault;

/** Bits turn over in some messages. */
final class Corruption implements Fault {
  @Override
  public String name() {
    return "corruption";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.world().injected(name());
    trouble.world().weather().corruptPercent = trouble.between(0.0, trouble.isHeavy() ? 5 : 0.1);
  }

  @Override
  public void end(Trouble trouble) {
    trouble.world().weather().corruptPercent = 0;
  }
}
