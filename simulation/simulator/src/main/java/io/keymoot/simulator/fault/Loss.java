package io.keymoot.simulator.fault;

/** Messages are lost, 0 to 40 %, in spells. */
final class Loss implements Fault {
  @Override
  public String name() {
    return "loss";
  }

  @Override
  public void plan(Trouble trouble) {
    double before = trouble.world().weather().lossPercent;
    trouble.nowAndThen(
        60_000,
        () -> {
          trouble.world().injected(name());
          double most = trouble.isHeavy() ? 40 : 2;
          trouble.world().weather().lossPercent = Math.max(before, trouble.between(0.0, most));
          trouble.afterwards(
              trouble.between(1_000, 30_000), () -> trouble.world().weather().lossPercent = before);
        });
  }
}
