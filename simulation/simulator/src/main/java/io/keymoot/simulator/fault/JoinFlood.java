package io.keymoot.simulator.fault;

/** Many want in at once: as many as there are, within ten seconds. */
final class JoinFlood implements Fault {
  @Override
  public String name() {
    return "join-flood";
  }

  @Override
  public void plan(Trouble trouble) {
    long start = trouble.between(trouble.until() / 5, trouble.until());
    trouble.at(
        start,
        () -> {
          trouble.world().injected(name());
          int many = Math.min(1_000, trouble.world().members().size());
          for (int i = 0; i < many; i++) {
            trouble.at(start + trouble.between(0, 10_000), trouble.people()::comes);
          }
        });
  }
}
