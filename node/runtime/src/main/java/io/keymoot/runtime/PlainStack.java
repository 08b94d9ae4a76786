package io.keymoot.runtime;

import java.io.DataInput;
import java.util.Map;
import org.jgroups.Address;
import org.jgroups.blocks.cs.NioServer;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.FD_SOCK2;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.UDP;
import org.jgroups.util.ByteArrayDataInputStream;

/**
 * JGroups' protocols that read sockets, as the shipped stacks have them: no number that comes from
 * there sizes an allocation before what it counts has come. On the wire they are JGroups' own.
 *
 * <p>Public within, for JGroups makes them by their names.
 */
final class PlainStack {
  /** By the names in the shipped XML. */
  static final Map<String, Class<?>> INSTEAD =
      Map.of("UDP", Udp.class, "TCP", Tcp.class, "FD_SOCK2", FailureSockets.class);

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
}
