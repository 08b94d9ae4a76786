package io.keymoot.benchmarks.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;

/** Says on the terminal what is going on, and since when; what there is by then is written down. */
final class Progress {
  /** Writes what was measured so far. */
  interface Notebook {
    void write() throws IOException;
  }

  private final PrintStream out;
  private final Notebook notebook;
  private final long start = System.nanoTime();

  Progress(PrintStream out, Notebook notebook) {
    this.out = out;
    this.notebook = notebook;
  }

  void say(String what) throws IOException {
    notebook.write();
    out.println(String.format(Locale.ROOT, "%4d s  %s", seconds(), what));
  }

  long seconds() {
    return (System.nanoTime() - start) / 1_000_000_000L;
  }
}
