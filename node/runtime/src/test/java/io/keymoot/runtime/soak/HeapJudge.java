package io.keymoot.runtime.soak;

import io.keymoot.runtime.soak.Village.Heap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a process keeps what it should forget, by its heap after each fault.
 *
 * <p>Facts are kept for good, for nobody could say who was put out without them: each takes some
 * 1.2 kB with what follows from it. A fault makes seven or eight of them. What is kept of each
 * fault, second, frame or heartbeat instead comes on top, and is seen as more for each fact. So is
 * what grows with each fault, and the sooner. The first half is not held against anybody: caches
 * fill.
 */
final class HeapJudge {
  /** Of fewer looks a trend says nothing. */
  static final int FEWEST = 60;

  private static final double MOST_KILOBYTES_A_FACT = 2;

  /** From the first look to any later one, whatever it is for. */
  private static final double MOST_GROWTH = 1.5;

  private HeapJudge() {}

  /** What is wrong so far, if anything: asked after each look. */
  static Optional<String> growth(List<Heap> looks) {
    long first = looks.getFirst().kilobytes();
    long now = looks.getLast().kilobytes();
    return now > first * MOST_GROWTH
        ? Optional.of("the heap of the first grows: " + first + " to " + now + " kB")
        : Optional.empty();
  }

  /** What is wrong in the end, if anything, of {@link #FEWEST} looks at least. */
  static Optional<String> trend(List<Heap> looks) {
    double kilobytes = kilobytesAFact(looks);
    return kilobytes > MOST_KILOBYTES_A_FACT
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "the heap grows by %.2f kB with each fact, and %.1f may be",
                kilobytes,
                MOST_KILOBYTES_A_FACT))
        : Optional.empty();
  }

  /** In the second half. */
  static double kilobytesAFact(List<Heap> looks) {
    List<Heap> half = looks.subList(looks.size() / 2, looks.size());
    return Trend.slope(
        half.stream().mapToDouble(Heap::facts).toArray(),
        half.stream().mapToDouble(Heap::kilobytes).toArray());
  }
}
