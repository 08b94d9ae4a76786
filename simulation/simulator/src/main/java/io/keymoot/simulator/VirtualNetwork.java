package io.keymoot.simulator;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * Time and the wire, both made up: messages take a while, arrive in another order, get lost, or do
 * not arrive at all where the network is cut. One seed gives one run.
 */
final class VirtualNetwork {
  /** What the network does to messages. */
  record Weather(int minDelayMillis, int maxDelayMillis, int lossPercent) {}

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final Random random;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private Weather weather;
  private BiPredicate<String, String> reaches = (from, to) -> true;
  private long now;
  private long order;
  private long messages;

  VirtualNetwork(long seed, Weather weather) {
    this.random = new Random(seed);
    this.weather = weather;
  }

  Tick now() {
    return new Tick(now);
  }

  long messages() {
    return messages;
  }

  void weatherIs(Weather changed) {
    weather = changed;
  }

  /** Cuts the network, or heals it: what is under way when it is cut does not arrive. */
  void reach(BiPredicate<String, String> who) {
    reaches = who;
  }

  void at(Tick when, Runnable action) {
    events.add(new Event(Math.max(now, when.millis()), order++, action));
  }

  void carry(String from, String to, Bytes message, Consumer<Bytes> receiver) {
    messages++;
    if (random.nextInt(100) < weather.lossPercent) {
      return;
    }
    int spread = weather.maxDelayMillis - weather.minDelayMillis + 1;
    long arrival = now + weather.minDelayMillis + random.nextInt(spread);
    at(
        new Tick(arrival),
        () -> {
          if (reaches.test(from, to)) {
            receiver.accept(message);
          }
        });
  }

  /** Lets the given time pass. */
  void run(long millis) {
    long end = now + millis;
    while (!events.isEmpty() && events.peek().at <= end) {
      Event next = events.remove();
      now = next.at;
      next.action.run();
    }
    now = end;
  }
}
