package io.keymoot.simulator.world;

import java.util.PriorityQueue;

/** Virtual time: what happens next. Events of one moment happen in the order they were planned. */
public final class Timeline {
  /** Something that happens at a moment. */
  @FunctionalInterface
  public interface Event {
    void happen();
  }

  private record Planned(long at, long order, Event event) implements Comparable<Planned> {
    @Override
    public int compareTo(Planned other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Planned> planned = new PriorityQueue<>();
  private long now;
  private long order;
  private long happened;

  public long now() {
    return now;
  }

  /** How many events there were. */
  public long happened() {
    return happened;
  }

  public void at(long millis, Event event) {
    planned.add(new Planned(Math.max(now, millis), order++, event));
  }

  public void in(long millis, Event event) {
    at(now + millis, event);
  }

  /** Lets time pass up to {@code end}, events at that moment included. */
  public void runTo(long end) {
    while (!planned.isEmpty() && planned.peek().at <= end) {
      Planned next = planned.remove();
      now = next.at;
      happened++;
      next.event.happen();
    }
    now = Math.max(now, end);
  }
}
