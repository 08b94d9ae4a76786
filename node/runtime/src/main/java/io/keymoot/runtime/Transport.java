package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries bytes between peers and promises nothing but effort: what is sent may be lost, doubled,
 * reordered or come from a liar.
 *
 * <p>Sending only queues, whatever the network does, so any thread may send.
 */
interface Transport extends AutoCloseable {

  /** This end's own address, new each time a transport is opened. */
  Address self();

  /**
   * To all who can be reached, but not to this end itself.
   *
   * @return false if the message was dropped at once, its queue being full or the transport closed
   * @throws IllegalArgumentException if the message is larger than its quality may be
   */
  boolean multicast(Quality quality, Bytes message);

  /** To one peer; otherwise as {@link #multicast}. */
  boolean unicast(Address to, Quality quality, Bytes message);

  /**
   * Whether a frame to all may be sent now without drowning whoever opens it; asked once for each,
   * before it is sealed.
   */
  default boolean mayGo() {
    return true;
  }

  /** Frames come from there faster than they are opened here: that end is asked to be slower. */
  default void tooFast(Address from) {}

  /**
   * Where an end is, as host and port, for people: as the network has it, which nobody proves.
   * Empty where that is not known, or where there are no hosts.
   */
  default Optional<String> where(Address end) {
    return Optional.empty();
  }

  /** From now on, reliable frames to all that the network does not bring here are asked for. */
  default void missNothing() {}

  TransportCounts counts();

  /** Sends what is queued, leaves, and returns within two seconds, whatever the network does. */
  @Override
  void close();

  /**
   * Where arriving bytes go. It is called on the network's threads, several at once, and by
   * strangers as often as they like: so all it may do is put its arguments in a bounded queue.
   */
  interface Receiver {
    /** A heartbeat, fact or side message, if the sender is honest; never more than fits one. */
    void control(Address from, Bytes message);

    /**
     * A frame, if the sender is honest. Apart from control, so that media never displaces it.
     *
     * @param again to be run if it finds no room, now or later: a reliable one is then asked for
     *     anew. Null if it is not reliable: nobody says it again
     */
    void frame(Address from, Bytes frame, @Nullable Runnable again);

    /** Somebody who is in no group yet says that it is there. */
    default void presence(Address from, Bytes message) {}

    /** A bug stopped the transport: it sends nothing any more, and is to be closed. */
    default void stoppedBy(Throwable bug) {}
  }
}
