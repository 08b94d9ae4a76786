package io.keymoot.benchmarks.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How much of the processors others had since this was made: other processes, and other machines on
 * the same iron. Linux says it; elsewhere it is not known.
 */
final class Neighbours {
  private static final Path PROCESSORS = Path.of("/proc/stat");
  private static final Pattern SPACES = Pattern.compile(" +");

  /** In which the system counts. */
  private static final double TICK_NANOS = 1e7;

  /** Of the line that sums up all processors. */
  private static final int USER = 1;

  private static final int IDLE = 4;
  private static final int WAITING = 5;
  private static final int STOLEN = 8;

  /**
   * Parts of all processors' time, between 0 and 1.
   *
   * @param processes of this machine, but for this one
   * @param machines that the hypervisor let run instead
   */
  record Shares(double processes, double machines) {
    boolean isMuch() {
      return processes + machines > MUCH;
    }

    @Override
    public String toString() {
      return "other processes had "
          + Math.round(100 * processes)
          + Spread.NARROW
          + "% of the processors meanwhile, other machines "
          + Math.round(100 * machines)
          + Spread.NARROW
          + "%";
    }
  }

  private static final double MUCH = 0.1;

  private record Moment(double busyNanos, double stolenNanos, long ownNanos, long nanos) {}

  private final Optional<Moment> start = now();

  private static Optional<Moment> now() {
    try (Stream<String> lines = Files.lines(PROCESSORS)) {
      return lines.findFirst().flatMap(Neighbours::read);
    } catch (IOException | UncheckedIOException notLinux) {
      return Optional.empty();
    }
  }

  private static Optional<Moment> read(String line) {
    List<String> fields = SPACES.splitAsStream(line).toList();
    if (fields.size() <= STOLEN) {
      return Optional.empty();
    }
    double busy = 0;
    for (int i = USER; i < STOLEN; i++) {
      busy += i == IDLE || i == WAITING ? 0 : Double.parseDouble(fields.get(i));
    }
    double stolen = Double.parseDouble(fields.get(STOLEN));
    return Optional.of(
        new Moment(busy * TICK_NANOS, stolen * TICK_NANOS, Cpu.ofAllThreads(), System.nanoTime()));
  }

  Optional<Shares> shares() {
    return start.flatMap(from -> now().map(to -> between(from, to)));
  }

  private static Shares between(Moment from, Moment to) {
    double all =
        Math.max(1, to.nanos - from.nanos) * (double) Runtime.getRuntime().availableProcessors();
    double others = to.busyNanos - from.busyNanos - (to.ownNanos - from.ownNanos);
    return new Shares(
        Math.max(0, others) / all, Math.max(0, to.stolenNanos - from.stolenNanos) / all);
  }
}
