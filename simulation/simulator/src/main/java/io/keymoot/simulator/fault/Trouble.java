package io.keymoot.simulator.fault;

import io.keymoot.simulator.world.Memory;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Timeline;
import io.keymoot.simulator.world.World;
import java.util.List;
import java.util.Random;

/**
 * What faults work on.
 *
 * @param until when faults are over
 * @param isHeavy the full ranges, not a hundredth of them
 * @param parts most parts the network falls into
 * @param people lets somebody new come, or somebody go in good order
 */
public record Trouble(
    World world, Random random, long until, boolean isHeavy, int parts, People people) {

  /** What only the run itself can do. */
  public interface People {
    void comes();

    /** On this side of a partition. */
    void comes(int side);

    /** Members on one side of a partition put somebody out: of their own, or across. */
    void expels(int side, boolean isAcross);

    /** Some of them put this one out. */
    void expels(Node node);

    void leaves(Node node);

    default void comesAgain(Node node) {
      comesAgain(node, Memory.NOTHING);
    }

    /** With this on its disk. */
    void comesAgain(Node node, Memory memory);
  }

  /** The same, drawing on something else. */
  Trouble with(Random other) {
    return new Trouble(world, other, until, isHeavy, parts, people);
  }

  /** The device has a new certificate: who is in says so, who is not asks again with it. */
  void renew(Node node) {
    if (node.isToRenew()) {
      world.certify(node);
      if (!node.isMember()) {
        startAgain(node);
      }
    }
  }

  /** Whom nobody let in, or who did not believe who did: it keeps to that while it runs. */
  void othersStartAgain() {
    world.up().stream()
        .filter(node -> node.isToRenew() && !node.isMember())
        .forEach(this::startAgain);
  }

  private void startAgain(Node node) {
    node.crash();
    people.comesAgain(node);
  }

  /** Between so many and so many. */
  long between(long least, long most) {
    return least + (long) (random.nextDouble() * (most - least + 1));
  }

  double between(double least, double most) {
    return least + random.nextDouble() * (most - least);
  }

  /** Spread evenly on a logarithmic scale. */
  long spread(long least, long most) {
    return (long) (least * StrictMath.pow((double) most / least, random.nextDouble()));
  }

  void at(long millis, Timeline.Event event) {
    if (millis < until) {
      world.timeline().at(millis, event);
    }
  }

  /** At random moments, so far apart on average, until faults are over. */
  void nowAndThen(double meanMillis, Timeline.Event event) {
    double next = -meanMillis * StrictMath.log(1 - random.nextDouble());
    long at = world.now() + Math.max(1, (long) next);
    at(
        at,
        () -> {
          event.happen();
          nowAndThen(meanMillis, event);
        });
  }

  /** The end of something that began now and lasts so long, but not past the time for faults. */
  void afterwards(long lasts, Timeline.Event event) {
    world.timeline().at(Math.min(until, world.now() + lasts), event);
  }

  /** Somebody who runs, if there is anybody to spare. */
  List<Node> some(int most) {
    List<Node> up = new java.util.ArrayList<>(world.members());
    java.util.Collections.shuffle(up, random);
    return up.size() < 3 ? List.of() : up.subList(0, Math.min(most, up.size() / 3));
  }
}
