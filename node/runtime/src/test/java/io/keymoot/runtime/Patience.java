package io.keymoot.runtime;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long tests wait for what comes about by itself: as long as a busy machine may need, for a
 * wait ends when its condition holds. But a thread that opens frames and that nobody woke looks
 * round by itself some day, and that is too late.
 */
public final class Patience implements BeforeAllCallback {
  static final Duration SOON = Duration.ofMillis(RuntimeLimits.FRAMES_REST_MILLIS - 5_000);

  /** Where a test says nothing else. */
  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(SOON);
  }
}
