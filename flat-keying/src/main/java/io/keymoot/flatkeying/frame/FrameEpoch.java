package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.StayId;
import java.util.Optional;

/**
 * One key of the group, an epoch at a revision, as frames need it. The loop installs it into the
 * {@link KeyRing}.
 */
public interface FrameEpoch {
  /** The Rekey that made it. */
  FactId epoch();

  int revision();

  /** The first half of a KID: 4 bytes of HKDF(TEK, "kid"). */
  int kidPrefix();

  /**
   * HKDF(TEK, "frames" ‖ stay), in an object of its own that the caller closes; empty once the key
   * has been erased. Called from any thread that opens frames, at the first frame of each sender.
   */
  Optional<FrameSecret> secretFor(StayId sender);
}
