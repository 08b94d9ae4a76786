package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import org.jspecify.annotations.Nullable;

/** Somebody between the network and who receives: hands everything on, but what it overrides. */
class PassingOn implements Transport.Receiver {
  private final Transport.Receiver to;

  PassingOn(Transport.Receiver to) {
    this.to = to;
  }

  @Override
  public void control(Address from, Bytes message) {
    to.control(from, message);
  }

  @Override
  public void frame(Address from, Bytes frame, @Nullable Runnable again) {
    to.frame(from, frame, again);
  }

  @Override
  public void presence(Address from, Bytes message) {
    to.presence(from, message);
  }

  @Override
  public void stoppedBy(Throwable bug) {
    to.stoppedBy(bug);
  }
}
