package io.keymoot.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** The clocks of this machine, which go alike unless it slept, was set, or was put back. */
interface Clocks {
  /**
   * Since some moment; nobody can set it, and on Linux it stands still while the machine sleeps.
   */
  long steadyMillis();

  /** The date, which people and other machines set. */
  long wallMillis();

  /** Since the start, with all sleep; none where the system does not tell. Costs some time. */
  OptionalLong bootMillis();

  static Clocks ofThisMachine() {
    return new Clocks() {
      private static final Path UPTIME = Path.of("/proc/uptime");

      @Override
      public long steadyMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
      }

      @Override
      public long wallMillis() {
        return System.currentTimeMillis();
      }

      @Override
      public OptionalLong bootMillis() {
        try {
          String seconds = Files.readString(UPTIME, StandardCharsets.US_ASCII).split(" ", 2)[0];
          return OptionalLong.of(Math.round(Double.parseDouble(seconds) * 1_000));
        } catch (IOException | NumberFormatException notTold) {
          return OptionalLong.empty();
        }
      }
    };
  }
}
