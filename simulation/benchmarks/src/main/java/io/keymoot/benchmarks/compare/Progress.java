package io.keymoot.benchmarks.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * Goes through the steps of a run and says on the terminal which one it is at and how long the rest
 * takes. What fails is named and ends nothing else, what would not end in time is named and left
 * out, and after each step what there is by then is written down.
 */
final class Progress {
  /** Writes what was measured so far. */
  interface Notebook {
    void write() throws IOException;
  }

  /** From here on how fast the run was so far says more than what was expected of it. */
  private static final double KNOWN_AFTER_SECONDS = 10;

  private final PrintStream out;
  private final Notebook notebook;
  private final Figures figures;
  private final long start = System.nanoTime();

  Progress(PrintStream out, Figures figures, Notebook notebook) {
    this.out = out;
    this.figures = figures;
    this.notebook = notebook;
  }

  /**
   * @param limitSeconds no step begins that would take the run beyond
   */
  void run(List<Step> steps, long limitSeconds) throws IOException, InterruptedException {
    double planned = steps.stream().mapToDouble(Step::seconds).sum();
    double done = 0;
    notebook.write();
    for (Step step : steps) {
      if (seconds() + step.seconds() * Math.max(1, pace(done)) > limitSeconds) {
        figures.breaks(step.words(), "left out: it would not have ended within the run's time");
        say(step.words() + ": left out, for the time is over");
        done += step.seconds();
        continue;
      }
      say(step.words() + ", " + left(planned - done, done));
      try {
        step.work().run();
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception | LinkageError e) {
        figures.breaks(step.words(), why(e));
        say("✗ failed, and the run goes on: " + why(e));
      }
      done += step.seconds();
      notebook.write();
    }
    notebook.write();
  }

  void say(String what) {
    out.println(String.format(Locale.ROOT, "%4d s  %s", seconds(), what));
  }

  long seconds() {
    return (System.nanoTime() - start) / 1_000_000_000L;
  }

  private String left(double seconds, double done) {
    long left = Math.round(seconds * pace(done));
    return left < 100
        ? "about " + left + " s left"
        : String.format(Locale.ROOT, "about %.1f min left", left / 60.0);
  }

  /** How many seconds a planned one takes. */
  private double pace(double done) {
    return done < KNOWN_AFTER_SECONDS ? 1 : seconds() / done;
  }

  static String why(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
