package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The covers of epochs, decoded. Who reads one relays it and asks for what it lacks in the same
 * step: so the last one stays until the step is over, and until it is read, for who waits for what
 * opens it looks again after each step.
 */
final class Covers {
  private final Core core;
  private @Nullable FactId of;
  private Bytes bytes = Bytes.EMPTY;
  private Optional<Opened> last = Optional.empty();

  /**
   * @param context what its wraps and seals are bound to
   */
  record Opened(Cover cover, Hash32 context) {}

  Covers(Core core) {
    this.core = core;
  }

  /** Empty if the cover is not here, or cannot be read. */
  Optional<Opened> of(Known epoch) {
    Bytes here = core.ledger.cover(epoch);
    if (here != bytes || !epoch.id().equals(of)) {
      of = epoch.id();
      bytes = here;
      last = opened(epoch);
    }
    return last;
  }

  private Optional<Opened> opened(Known epoch) {
    return !bytes.isEmpty()
            && epoch.fact() instanceof Rekey rekey
            && Cover.decode(bytes) instanceof Decoded.Ok<Cover> ok
        ? Optional.of(
            new Opened(ok.value(), FactCodec.coverContext(core.group, epoch.author(), rekey)))
        : Optional.empty();
  }

  void stepIsOver() {
    if (of != null && core.keys.get(of).isEmpty() && core.state().isUsable(of)) {
      return;
    }
    of = null;
    bytes = Bytes.EMPTY;
    last = Optional.empty();
  }
}
