package io.keymoot.runtime;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jgroups.JChannel;
import org.jspecify.annotations.Nullable;

/**
 * How the groups of this process reach their members, and what they share: what has been verified
 * once, and, if wanted, one channel for all of them.
 *
 * <p>It is closed after the nodes that use it.
 */
public final class Network implements AutoCloseable {
  /** Makes the transport of one group. */
  interface Opening {
    Transport open(
        ClusterStack stack,
        String cluster,
        Deserialisation deserialisation,
        Transport.Receiver receiver)
        throws Exception;
  }

  private final ClusterStack stack;
  private final Deserialisation deserialisation;
  private final Optional<String> common;
  private final Opening opening;
  private final VerifiedChains chains = new VerifiedChains();
  private final CheckedSignatures signatures = new CheckedSignatures();
  private @Nullable JChannel channel; // guarded by this
  private boolean closed; // guarded by this

  private Network(
      ClusterStack stack,
      Deserialisation deserialisation,
      Optional<String> commonCluster,
      Opening opening) {
    this.stack = stack;
    this.deserialisation = deserialisation;
    this.common = commonCluster;
    this.opening = opening;
  }

  /** Each group has a channel, and so sockets, of its own. Only its members' machines hear it. */
  public static Network of(ClusterStack stack, Deserialisation deserialisation) {
    return of(stack, deserialisation, JGroupsTransport::open);
  }

  /** For tests: with an ear on the line. */
  static Network of(ClusterStack stack, Deserialisation deserialisation, Opening opening) {
    return new Network(stack, deserialisation, Optional.empty(), opening);
  }

  /**
   * All groups share one channel: breakout rooms, audiences. Peers of such a network meet only
   * peers of a network that is shared under the same name.
   *
   * @param name of the common cluster
   */
  public static Network shared(String name, ClusterStack stack, Deserialisation deserialisation) {
    return new Network(stack, deserialisation, Optional.of(name), JGroupsTransport::open);
  }

  VerifiedChains chains() {
    return chains;
  }

  CheckedSignatures signatures() {
    return signatures;
  }

  Transport open(String cluster, Transport.Receiver receiver) throws Exception {
    ClusterStack over = common.isPresent() ? ClusterStack.fork(channel(common.get())) : stack;
    return opening.open(over, cluster, deserialisation, receiver);
  }

  /** The one that all groups share. */
  synchronized JChannel channel(String name) throws Exception {
    if (closed) {
      throw new IllegalStateException("this network is closed; open another");
    }
    JChannel open = channel;
    if (open == null) {
      deserialisation.enforce();
      open = stack.open(name);
      try {
        open.connect(name);
      } catch (Exception e) {
        open.close();
        throw e;
      }
      channel = open;
    }
    return open;
  }

  /** How often the caches of this network knew the answer, by the cache's name. */
  public Map<String, Double> hitRates() {
    Map<String, Double> rates = new TreeMap<>();
    rates.put("chains", chains.stats().hitRate());
    rates.put("signatures", signatures.stats().hitRate());
    return rates;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (channel != null) {
      channel.close();
    }
  }
}
