package io.keymoot.peer;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.heartbeat.HeartbeatCodec;
import io.keymoot.heartbeat.HeartbeatMessage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last heartbeats that came, decoded, with what became of checking them. A thousand peers of
 * one process hear the same bytes within a moment: they may share one of these, on one thread, and
 * then each beat is read and checked once.
 *
 * <p>Only verdicts that do not depend on who asks are kept. A member's id binds its key, and an
 * epoch's commitment binds its secret: so whoever holds a <em>proved</em> key holds the same one. A
 * key that was only told may be another at each who was told, so its answers are nobody else's.
 */
public final class BeatsRead {

  /** One message, as it was read. */
  static final class Read {
    private final Bytes message;
    private final Decoded<HeartbeatMessage> decoded;
    private @Nullable Boolean isSigned;
    private @Nullable Boolean hasMac;

    /**
     * @param before which most likely says the same of the group
     */
    private Read(Bytes message, @Nullable Read before) {
      this.message = message;
      Decoded<HeartbeatMessage> own = HeartbeatCodec.decode(message);
      this.decoded =
          before != null
                  && own instanceof Decoded.Ok<HeartbeatMessage>(HeartbeatMessage mine)
                  && before.decoded instanceof Decoded.Ok<HeartbeatMessage>(HeartbeatMessage its)
              ? new Decoded.Ok<>(mine.sharing(its))
              : own;
    }

    Decoded<HeartbeatMessage> decoded() {
      return decoded;
    }

    /**
     * @param check asked once, by a peer that knows the member
     */
    boolean isSigned(BooleanSupplier check) {
      Boolean known = isSigned;
      if (known == null) {
        known = check.getAsBoolean();
        isSigned = known;
      }
      return known;
    }

    /**
     * @param isProved whether the asker's key is the one that the epoch's commitment binds; else
     *     the answer holds for the asker alone
     */
    boolean hasMac(boolean isProved, BooleanSupplier check) {
      if (!isProved) {
        return check.getAsBoolean();
      }
      Boolean known = hasMac;
      if (known == null) {
        known = check.getAsBoolean();
        hasMac = known;
      }
      return known;
    }
  }

  /** A ring: before {@link #next} stands the one that came last. */
  private final @Nullable Read[] last = new @Nullable Read[PeerLimits.BEATS_READ];

  private int next;

  /** By the very bytes, not by equal ones: to compare them would cost as much as to read them. */
  Read read(Bytes message) {
    for (Read each : last) {
      if (each != null && each.message == message) {
        return each;
      }
    }
    Read fresh = new Read(message, last[(next + last.length - 1) % last.length]);
    last[next] = fresh;
    next = (next + 1) % last.length;
    return fresh;
  }
}
