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

  /** More would be somebody who wakes, does nothing and wants to be woken at once. */
  private static final long MOST_AT_ONE_MOMENT = 300_000;

  private final PriorityQueue<Planned> planned = new PriorityQueue<>();
  private long now;
  private long order;
  private long happened;
  private long movedAt;

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
      if (next.at > now) {
        movedAt = happened;
      } else if (happened - movedAt > MOST_AT_ONE_MOMENT) {
        throw new IllegalStateException("time stands still: somebody wakes for ever at " + now);
      }
      now = next.at;
      happened++;
      next.event.happen();
    }
    now = Math.max(now, end);
  }
}
