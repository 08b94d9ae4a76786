package io.keymoot.admission;

/** Names a question while it waits. */
public record Ticket(long number) implements Comparable<Ticket> {
  @Override
  public int compareTo(Ticket other) {
    return Long.compare(number, other.number);
  }
}
