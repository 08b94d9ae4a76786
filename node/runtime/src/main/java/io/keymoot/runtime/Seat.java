package io.keymoot.runtime;

import io.keymoot.peer.FrameDesk;
import io.keymoot.peer.Peer;

/**
 * A part in one group. A node has one; for a moment two, when it moves to another group of the same
 * name.
 */
final class Seat implements AutoCloseable {
  final Peer peer;
  final ActiveSenders senders = new ActiveSenders();
  final FrameDesk desk;
  final KeyBoard keys;

  Seat(Peer peer) {
    this.peer = peer;
    this.desk = new FrameDesk(peer, senders);
    this.keys = new KeyBoard(peer.keying().group());
  }

  /** On the loop's thread, or when there is none any more. */
  @Override
  public void close() {
    desk.close();
    keys.wipe(peer::close);
  }
}
