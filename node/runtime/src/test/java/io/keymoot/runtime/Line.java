package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import org.jspecify.annotations.Nullable;

/** An end of a cluster without a node, for the runs in other packages: what it hears, it tells. */
public final class Line implements AutoCloseable {
  /** Called on the network's threads. */
  public interface Ear {
    void control(Bytes message);

    void frame(String from, Bytes frame);
  }

  private final JGroupsTransport transport;

  private Line(JGroupsTransport transport) {
    this.transport = transport;
  }

  public static Line open(ClusterStack stack, String cluster, Ear ear) throws Exception {
    return new Line(
        JGroupsTransport.open(
            stack,
            cluster,
            Deserialisation.FORBIDDEN_IN_JVM,
            new Transport.Receiver() {
              @Override
              public void control(Address from, Bytes message) {
                ear.control(message);
              }

              @Override
              public void frame(Address from, Bytes frame, @Nullable Runnable again) {
                ear.frame(from.toString(), frame);
              }
            }));
  }

  /** To all, as a node's messages go. */
  public void say(Bytes frame) {
    transport.multicast(Quality.RELIABLE_FRAME, frame);
  }

  /** How many JGroups itself has in its view, this end among them. */
  public int members() {
    return transport.channel().getView().size();
  }

  @Override
  public void close() {
    transport.close();
  }
}
