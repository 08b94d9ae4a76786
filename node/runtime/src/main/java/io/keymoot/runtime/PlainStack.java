package io.keymoot.runtime;

import java.io.DataInput;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jgroups.Address;
import org.jgroups.Message;
import org.jgroups.blocks.cs.NioServer;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.FD_SOCK2;
import org.jgroups.protocols.NAKACK4;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.UDP;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.util.ByteArrayDataInputStream;
import org.jspecify.annotations.Nullable;

/**
 * JGroups' protocols that strangers' words reach, as the shipped stacks have them: no number that
 * comes from a socket sizes an allocation before what it counts has come, nobody is made to leave,
 * and what was kept is heard. On the wire they are JGroups' own.
 *
 * <p>Public within, for JGroups makes them by their names.
 */
final class PlainStack {
  /** By the names in the shipped XML. */
  static final Map<String, Class<?>> INSTEAD =
      Map.of(
          "UDP", Udp.class,
          "TCP", Tcp.class,
          "FD_SOCK2", FailureSockets.class,
          "NAKACK4", Multicasts.class,
          "pbcast.GMS", Views.class);

  private PlainStack() {}

  public static final class Udp extends UDP {
    @Override
    protected void handleMessageBatch(DataInput in, boolean multicast) {
      if (in instanceof ByteArrayDataInputStream bytes && PlainMessages.isPossibleBundle(bytes)) {
        super.handleMessageBatch(in, multicast);
      }
    }
  }

  public static final class Tcp extends TCP {
    /** What is wrong within a message then also leaves the connection in step. */
    @Override
    public void receive(Address sender, DataInput in, int length) throws Exception {
      byte[] whole = PlainMessages.readWhole(in, length, RuntimeLimits.TCP_MESSAGE_BYTES);
      receive(sender, whole, 0, whole.length);
    }

    @Override
    protected void handleMessageBatch(DataInput in, boolean multicast) {
      if (in instanceof ByteArrayDataInputStream bytes && PlainMessages.isPossibleBundle(bytes)) {
        super.handleMessageBatch(in, multicast);
      }
    }
  }

  /** Its connections carry a few words, and would take any length for them. */
  public static final class FailureSockets extends FD_SOCK2 {
    public FailureSockets() {
      setId(ClassConfigurator.getProtocolId(FD_SOCK2.class));
    }

    @Override
    protected NioServer createServer(int[] ports) {
      NioServer server = super.createServer(ports);
      server.setMaxLength(RuntimeLimits.FAILURE_WORD_BYTES);
      return server;
    }
  }

  /**
   * What comes while this end connects waits until it is connected. JGroups forgets what a thread
   * adds that looked before and adds after, and what stands behind a place that is taken and not
   * filled yet: a gap, which holds back all that comes after until it is found and asked for.
   */
  public static final class Multicasts extends NAKACK4 {
    private final Lock emptying = new ReentrantLock();

    public Multicasts() {
      setId(ClassConfigurator.getProtocolId(NAKACK4.class));
    }

    @Override
    protected void queueMessage(Message message, long number) {
      super.queueMessage(message, number);
      if (is_server) {
        flushBecomeServerQueue();
      }
    }

    /** What waits is made for one reader. */
    @Override
    protected void flushBecomeServerQueue() {
      emptying.lock();
      try {
        super.flushBecomeServerQueue();
      } finally {
        emptying.unlock();
      }
    }
  }

  /**
   * Nobody else says that this end leaves. Who is alone in its view, or leaves with all others of
   * it, would be in no view ever after, and let nobody in, by one word of a stranger.
   */
  public static final class Views extends GMS {
    public Views() {
      setId(ClassConfigurator.getProtocolId(GMS.class));
    }

    @Override
    protected @Nullable Object handle(GmsHeader word, Message message) {
      boolean isOwnLeave =
          word.getType() == GmsHeader.LEAVE_REQ && Objects.equals(word.getMember(), local_addr);
      return isOwnLeave && !isLeaving() ? null : super.handle(word, message);
    }
  }
}
