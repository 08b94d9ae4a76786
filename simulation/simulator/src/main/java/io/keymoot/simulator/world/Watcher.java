package io.keymoot.simulator.world;

import io.keymoot.flatkeying.frame.FrameEpoch;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.PeerEffect;
import java.util.List;

/** Looks over everybody's shoulder; changes nothing. */
public interface Watcher {

  /** A peer itself wants to say this; a liar may say something else instead. */
  default void meant(Node from, Bytes message) {}

  /** The message goes onto the network, whether it arrives or not. */
  default void said(Node from, Bytes message) {}

  /** A node took an input; {@code before} is what it knew until then. */
  default void stepped(Node node, GroupState before, List<PeerEffect> effects) {}

  /** The node has this key for frames from now on. */
  default void installed(Node node, FrameEpoch key) {}

  default void sealed(Node from, Frame frame) {}

  default void opened(Node by, Frame frame) {}

  /** A device has this certificate from now on. */
  default void certified(Bytes credential) {}

  default void cameUp(Node node) {}

  /** Something that kept peers apart is over. */
  default void mended(String what) {}

  default void wentDown(Node node) {}

  /** All is over. */
  default void finished() {}
}
