package io.keymoot.simulator;

import io.keymoot.simulator.world.Trace;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the trace of a run goes. */
final class Story implements Closeable {
  private final Trace trace;
  private final Optional<Writer> file;

  private Story(Trace trace, Optional<Writer> file) {
    this.trace = trace;
    this.file = file;
  }

  Trace trace() {
    return trace;
  }

  static Story writtenTo(@Nullable Path path) throws IOException {
    if (path == null) {
      return new Story(new Trace(Optional.empty(), Optional.empty()), Optional.empty());
    }
    Writer file = Files.newBufferedWriter(path);
    return new Story(new Trace(Optional.empty(), Optional.of(file)), Optional.of(file));
  }

  /** What people do is told; what each peer says is only written. */
  static Story toldTo(PrintWriter out, @Nullable Path path) throws IOException {
    Optional<Writer> file =
        path == null ? Optional.empty() : Optional.of(Files.newBufferedWriter(path));
    return new Story(new Trace(Optional.of(out), file.map(it -> it)), file);
  }

  @Override
  public void close() throws IOException {
    if (file.isPresent()) {
      file.get().close();
    }
  }
}
