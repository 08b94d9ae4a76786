package io.keymoot.simulator.run;

import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.peer.PeerInput;
import io.keymoot.simulator.churn.Churn;
import io.keymoot.simulator.churn.Visit;
import io.keymoot.simulator.fault.Trouble;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.world.Memory;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.World;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** The people: they come, go, come back, and put each other out. */
final class Crowd implements Trouble.People {
  /** Who leaves goes on until the others have let it go, but not for longer. */
  private static final long GOODBYE_MILLIS = 15_000;

  private final World world;
  private final Plan plan;
  private final Random random;
  private final Recorder recorder;
  private final Map<Integer, Node> present = new LinkedHashMap<>();
  private final Set<Fingerprint> expelled = new TreeSet<>();
  private int persons;

  Crowd(World world, Plan plan, Random random, Recorder recorder) {
    this.world = world;
    this.plan = plan;
    this.random = random;
    this.recorder = recorder;
  }

  /** The founder is there from the start, perhaps others too, and plans are made for the rest. */
  void gather(Node founder, List<Node> others, Churn churn) {
    present.put(0, founder);
    others.forEach(node -> present.put(node.person(), node));
    persons = others.size();
    Set<Node> planned = new HashSet<>();
    for (Visit visit : churn.visits(plan, random)) {
      persons = Math.max(persons, visit.person());
      Node there = present.get(visit.person());
      if (there != null && planned.add(there)) {
        goesAt(visit, there); // it has come already
      } else if (visit.from() < plan.millis()) {
        world.timeline().at(visit.from(), () -> begins(visit));
      }
    }
    persons++;
    everySoOften(plan.joinsPerMinute(), this::comes);
    everySoOften(plan.evictionsPerMinute(), this::somebodyIsExpelled);
  }

  private void everySoOften(double perMinute, Runnable what) {
    if (perMinute <= 0) {
      return;
    }
    long next =
        world.now() + (long) (-60_000 / perMinute * StrictMath.log(1 - random.nextDouble()));
    if (next < plan.millis()) {
      world
          .timeline()
          .at(
              Math.max(world.now() + 1, next),
              () -> {
                what.run();
                everySoOften(perMinute, what);
              });
    }
  }

  private boolean isOver() {
    return world.now() >= plan.millis();
  }

  private void begins(Visit visit) {
    Node before = present.get(visit.person());
    if (before != null && before.isUp() && !isOut(before)) {
      return;
    }
    Node node = before == null ? world.join(visit.person()) : world.restart(before);
    here(visit.person(), node);
    goesAt(visit, node);
  }

  private void goesAt(Visit visit, Node node) {
    if (visit.until() < plan.millis()) {
      world.timeline().at(visit.until(), () -> ends(visit, node));
    }
  }

  /** A device that was put out asks again as a new process. */
  private static boolean isOut(Node node) {
    return node.status().state() == Effect.State.OUT;
  }

  private void ends(Visit visit, Node node) {
    if (isOver() || !node.isUp()) {
      return;
    }
    switch (visit.ending()) {
      case LEAVES -> leaves(node);
      case VANISHES -> {
        recorder.vanished(node);
        node.crash();
      }
      case EXPELLED -> expel(node);
      case DROPS -> {
        node.crash();
        world.timeline().in(1 + random.nextInt(60_000), () -> comesAgain(node));
      }
    }
  }

  // ---- what may happen to anybody

  @Override
  public void comes() {
    if (!isOver()) {
      int person = persons++;
      here(person, world.join(person));
    }
  }

  @Override
  public void comes(int side) {
    if (!isOver()) {
      int person = persons++;
      here(person, world.join(person, side));
    }
  }

  private void here(int person, Node node) {
    present.put(person, node);
    recorder.asked(node);
  }

  @Override
  public void comesAgain(Node node, Memory memory) {
    if (!node.isUp() && present.get(node.person()) == node && !isExpelled(node)) {
      here(node.person(), world.restart(node, memory));
    }
  }

  @Override
  public void leaves(Node node) {
    if (!node.isMember() || node.isStopped() || world.members().size() < 2) {
      recorder.vanished(node);
      node.crash();
      return;
    }
    recorder.leaves(node);
    node.silence();
    node.step(new PeerInput.Leave());
    world.timeline().in(GOODBYE_MILLIS, node::crash);
  }

  private void somebodyIsExpelled() {
    List<Node> members = world.members();
    if (members.size() > 3) {
      expel(members.get(random.nextInt(members.size())));
    }
  }

  @Override
  public void expels(int side, boolean isAcross) {
    List<Node> judges = onSide(side, world.honest());
    List<Node> others =
        world.members().stream()
            .filter(node -> isAcross != (world.topology().side(node) == side))
            .toList();
    if (!isOver() && !others.isEmpty() && world.members().size() > 3) {
      expel(others.get(random.nextInt(others.size())), judges);
    }
  }

  @Override
  public void expels(Node node) {
    if (!isOver()) {
      expel(node);
    }
  }

  private List<Node> onSide(int side, List<Node> some) {
    return some.stream().filter(node -> world.topology().side(node) == side).toList();
  }

  /** Two or three of the others want it out, at about the same time. */
  void expel(Node target) {
    expel(target, world.honest());
  }

  private void expel(Node target, List<Node> able) {
    List<Node> judges =
        new ArrayList<>(
            able.stream()
                .filter(node -> node != target)
                .filter(node -> node.known().person(target.member()).isPresent())
                .toList());
    if (judges.size() < 2 || !target.isMember()) {
      return;
    }
    java.util.Collections.shuffle(judges, random);
    expelled.add(target.device());
    recorder.expelled(target);
    world.trace().say(world.now(), target + " is to be expelled");
    for (Node judge : judges.subList(0, Math.min(judges.size(), 2 + random.nextInt(2)))) {
      world
          .timeline()
          .in(random.nextInt(300), () -> judge.step(new PeerInput.Expel(target.device())));
    }
  }

  /** Somebody wanted this device out; whether it came to that is another thing. */
  boolean isExpelled(Node node) {
    return expelled.contains(node.device());
  }
}
