package io.keymoot.simulator.world;

import io.keymoot.flatkeying.wire.Bytes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The wire. A multicast is one event for all who hear it at one moment, however many they are: it
 * comes back to the timeline once for each millisecond in which somebody hears it.
 */
final class Network {
  private final World world;
  private final Random random;
  final Weather weather = new Weather();
  final Topology topology = new Topology();
  private long deliveries;

  Network(World world, long seed) {
    this.world = world;
    this.random = new Random(seed);
  }

  long deliveries() {
    return deliveries;
  }

  void unicast(Node from, Node to, Bytes message) {
    if (weather.loses(random)) {
      return;
    }
    Bytes sent = weather.corrupts(random) ? garbled(message) : message;
    arrive(from, to, sent, weather.delay(random));
    if (weather.doubles(random)) {
      arrive(from, to, message, weather.delay(random));
    }
  }

  private void arrive(Node from, Node to, Bytes message, long delay) {
    world.timeline().in(delay, () -> hand(from, to, message));
  }

  private void hand(Node from, Node to, Bytes message) {
    // What is under way when a link is cut does not arrive.
    if (to.isUp() && topology.reaches(from, to)) {
      deliveries++;
      to.receive(from, message);
    }
  }

  void multicast(Node from, List<Node> all, Bytes message) {
    long[] arrivals = new long[all.size() * 2];
    int many = 0;
    for (Node to : all) {
      if (to == from || !to.isUp() || weather.loses(random)) {
        continue;
      }
      if (weather.corrupts(random)) {
        arrive(from, to, garbled(message), weather.delay(random));
        continue;
      }
      arrivals[many++] = weather.delay(random) << 32 | to.index();
      if (weather.doubles(random)) {
        arrivals[many++] = weather.delay(random) << 32 | to.index();
      }
    }
    if (many > 0) {
      arrivals = Arrays.copyOf(arrivals, many);
      Arrays.sort(arrivals);
      new Multicast(from, message, world.now(), arrivals).next();
    }
  }

  private final class Multicast {
    private final Node from;
    private final Bytes message;
    private final long sentAt;
    private final long[] arrivals;
    private int at;

    Multicast(Node from, Bytes message, long sentAt, long[] arrivals) {
      this.from = from;
      this.message = message;
      this.sentAt = sentAt;
      this.arrivals = arrivals;
    }

    void next() {
      if (at < arrivals.length) {
        world.timeline().at(sentAt + (arrivals[at] >>> 32), this::happen);
      }
    }

    private void happen() {
      long moment = arrivals[at] >>> 32;
      while (at < arrivals.length && arrivals[at] >>> 32 == moment) {
        hand(from, world.node((int) arrivals[at++]), message);
      }
      next();
    }
  }

  /** One bit, or a few, are not what they were. */
  private Bytes garbled(Bytes message) {
    byte[] bytes = message.toArray();
    for (int i = 0; i <= random.nextInt(3) && bytes.length > 0; i++) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return Bytes.owning(bytes);
  }
}
