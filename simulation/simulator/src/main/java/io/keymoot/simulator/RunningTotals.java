package io.keymoot.simulator;

import io.keymoot.simulator.result.Campaign;
import io.keymoot.simulator.result.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** What a long campaign has come to so far, in a file that is always whole. */
final class RunningTotals {
  private static final long EVERY_NANOS = 5_000_000_000L;

  private final Optional<Path> file;
  private long last = System.nanoTime();

  RunningTotals(Optional<Path> file) {
    this.file = file;
  }

  /** Now and then; a failure at once. */
  void review(Tally tally, boolean isUrgent) {
    if (file.isPresent() && (isUrgent || System.nanoTime() - last > EVERY_NANOS)) {
      last = System.nanoTime();
      write(tally.campaign());
    }
  }

  void write(Campaign campaign) {
    file.ifPresent(
        path -> {
          try {
            Path fresh = path.resolveSibling(path.getFileName() + ".new");
            Files.writeString(fresh, Json.of(campaign) + "\n");
            Files.move(fresh, path, StandardCopyOption.REPLACE_EXISTING);
          } catch (IOException e) {
            throw new UncheckedIOException(path + ": " + e.getMessage(), e);
          }
        });
  }
}
