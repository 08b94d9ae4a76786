package io.keymoot.simulator;

import io.keymoot.simulator.run.Simulation;
import io.keymoot.simulator.world.World;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A line that says how far it is: rewritten on a terminal, now and then a new one elsewhere. */
final class Progress implements Simulation.Progress {
  private static final long ON_A_TERMINAL_NANOS = 250_000_000L;
  private static final long ELSEWHERE_NANOS = 15_000_000_000L;
  private static final int WIDTH = 20;

  private final PrintWriter out;
  private final long seeds;
  private final boolean isTerminal = isATerminal();
  private final AtomicLong finished = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final LongSupplier nanos;
  private final long started;
  private long last;

  /** Of each world as far as it was counted. */
  private final Map<World, Long> counted = new WeakHashMap<>();

  private long steps;

  @SuppressWarnings("SystemConsoleNull") // elsewhere the lines are only fewer
  private static boolean isATerminal() {
    return System.getenv("TERM") != null && System.console() != null;
  }

  Progress(PrintWriter out, long seeds) {
    this(out, seeds, System::nanoTime);
  }

  Progress(PrintWriter out, long seeds, LongSupplier nanos) {
    this.out = out;
    this.seeds = seeds;
    this.nanos = nanos;
    this.started = nanos.getAsLong();
    this.last = started;
  }

  @Override
  public synchronized void at(World world, long endMillis, int violations) {
    Long before = counted.put(world, world.steps());
    steps += world.steps() - (before == null ? 0 : before);
    long now = nanos.getAsLong();
    if (now - last < (isTerminal ? ON_A_TERMINAL_NANOS : ELSEWHERE_NANOS)) {
      return;
    }
    last = now;
    double part =
        seeds > 1 ? (double) finished.get() / seeds : Math.min(1, world.now() / (double) endMillis);
    int done = (int) (part * WIDTH);
    double seconds = (now - started) / 1e9;
    String line =
        String.format(
            Locale.ROOT,
            "[%s%s] %s virtual, %,.0f steps/s, %d members, %d epochs, %d violations%s",
            "#".repeat(done),
            ".".repeat(WIDTH - done),
            time(world.now()),
            steps / seconds,
            world.members().size(),
            world.epochs(),
            violations + failed.get(),
            seeds > 1 ? ", seed " + finished.get() + " of " + seeds : "");
    out.print(isTerminal ? "\r" + line + "   " : line + "\n");
    out.flush();
  }

  void finished(boolean isGood) {
    finished.incrementAndGet();
    if (!isGood) {
      failed.incrementAndGet();
    }
  }

  synchronized void done() {
    if (isTerminal) {
      out.print("\r" + " ".repeat(110) + "\r");
      out.flush();
    }
  }

  private static String time(long millis) {
    long seconds = millis / 1_000;
    return String.format("%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60);
  }
}
