package io.keymoot.simulator.fault;

/** The network is slow, or uneven. */
final class Latency implements Fault {
  private static final double USUAL_MEDIAN = 20;
  private static final double USUAL_SIGMA = 0.4;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public void plan(Trouble trouble) {
    trouble.world().injected(name());
    trouble.world().weather().medianMillis = trouble.spread(1, trouble.isHeavy() ? 400 : 80);
    trouble.world().weather().sigma = trouble.between(0.1, trouble.isHeavy() ? 1.2 : 0.6);
  }

  @Override
  public void end(Trouble trouble) {
    trouble.world().weather().medianMillis = USUAL_MEDIAN;
    trouble.world().weather().sigma = USUAL_SIGMA;
  }
}
