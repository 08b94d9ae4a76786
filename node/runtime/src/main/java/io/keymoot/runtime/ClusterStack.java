package io.keymoot.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jgroups.JChannel;
import org.jgroups.conf.ConfiguratorFactory;
import org.jgroups.conf.ProtocolConfiguration;
import org.jgroups.conf.ProtocolStackConfigurator;
import org.jgroups.fork.ForkChannel;
import org.jgroups.protocols.BaseBundler;
import org.jgroups.protocols.FORK;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TP;
import org.jgroups.stack.ProtocolStack;

/**
 * The JGroups stack that a transport runs over: one of the three that are shipped, one's own, or a
 * channel that the application has already.
 */
public sealed interface ClusterStack {

  /** Peers in one JVM, for tests and demonstrations. */
  static ClusterStack local() {
    return new Shipped("local", Map.of(), Optional.empty());
  }

  /**
   * Peers on a network with multicast.
   *
   * @param bind this machine's address on that network; the loopback address for one machine alone
   * @param group the multicast address and port, the same for all
   */
  static ClusterStack udp(InetAddress bind, InetSocketAddress group) {
    return new Shipped(
        "udp",
        Map.of(
            "bind_addr", bind.getHostAddress(),
            "mcast_addr", group.getAddress().getHostAddress(),
            "mcast_port", Integer.toString(group.getPort())),
        Optional.empty());
  }

  /**
   * Peers on a network without multicast.
   *
   * @param bind this machine's address on that network, and a port; 0 takes any that is free, which
   *     goes with {@link Discovery#files} and {@link Discovery#multicast}
   */
  static ClusterStack tcp(InetSocketAddress bind, Discovery discovery) {
    return new Shipped(
        "tcp",
        Map.of(
            "bind_addr", bind.getAddress().getHostAddress(),
            "bind_port", Integer.toString(bind.getPort())),
        Optional.of(discovery));
  }

  /** One's own stack, as JGroups' XML. Flow control and reliability may be missing from it. */
  static ClusterStack xml(URL configuration) {
    return new Own(configuration);
  }

  /**
   * Beside the application's own traffic, over a connected channel that it keeps and closes. Its
   * transport needs {@code bundler.use_ringbuffer="false"}: JGroups' ring of what waits to be sent
   * may stop for good once it was full. Over channels that are opened here it is not used.
   */
  static ClusterStack fork(JChannel channel) {
    return new Fork(channel);
  }

  /** How peers of a TCP stack find each other. */
  record Discovery(String protocol, Map<String, String> properties) {
    public Discovery {
      properties = Map.copyOf(properties);
    }

    /** Some of these are always there to be asked. */
    public static Discovery hosts(List<InetSocketAddress> hosts) {
      return new Discovery(
          "TCPPING",
          Map.of(
              "initial_hosts",
              hosts.stream()
                  .map(host -> host.getAddress().getHostAddress() + "[" + host.getPort() + "]")
                  .collect(Collectors.joining(",")),
              "port_range",
              "0"));
    }

    /**
     * All can read and write this folder, on one machine or on a disk that they share. Files of
     * peers that crashed stay in it: each start asks them first, which costs a second or two.
     */
    public static Discovery files(Path folder) {
      return new Discovery(
          "FILE_PING",
          Map.of(
              "location", folder.toAbsolutePath().toString(),
              "num_read_loops", "1",
              // Else groups that were parted could not find each other again.
              "write_data_on_find", "true"));
    }

    /** Multicast works for finding each other, though the rest is to go over TCP. */
    public static Discovery multicast(InetAddress bind, InetSocketAddress group) {
      return new Discovery(
          "MPING",
          Map.of(
              "bind_addr", bind.getHostAddress(),
              "mcast_addr", group.getAddress().getHostAddress(),
              "mcast_port", Integer.toString(group.getPort())));
    }
  }

  /**
   * A channel of this stack, not yet connected.
   *
   * @param cluster that it will connect to
   */
  JChannel open(String cluster) throws Exception;

  record Shipped(String name, Map<String, String> transport, Optional<Discovery> discovery)
      implements ClusterStack {
    @Override
    public JChannel open(String room) throws Exception {
      URL shipped = ClusterStack.class.getResource(name + ".xml");
      if (shipped == null) {
        throw new IllegalStateException(name + ".xml is missing from the runtime's jar");
      }
      List<ProtocolConfiguration> protocols = new ArrayList<>(read(shipped));
      ProtocolConfiguration first = protocols.get(0);
      first.getProperties().putAll(transport);
      discovery.ifPresent(
          way -> protocols.set(1, new ProtocolConfiguration(way.protocol, way.properties)));
      protocols.replaceAll(ClusterStack::plain);
      JChannel channel = new JChannel(configurator(protocols));
      if (channel.getProtocolStack().getTransport() instanceof TCP tcp) {
        tcp.setSocketFactory(BoundedWrites.factory(RuntimeLimits.WRITE_MILLIS));
      }
      return hardened(channel);
    }
  }

  /**
   * Two defaults of JGroups that no stack may keep, whatever it says; before it is connected.
   *
   * <ul>
   *   <li>Diagnostics answer anybody without a passcode, and let him change attributes and call
   *       operations.
   *   <li>The ring in which messages wait for the network loses one now and then when it is full:
   *       its reader makes room known before it empties the place, which may have a new message by
   *       then. Where the reader comes to that place again it finds nothing, and waits for ever:
   *       this end never sends again. JGroups' linked queue has no such places.
   * </ul>
   */
  private static JChannel hardened(JChannel channel) {
    TP transport = channel.getProtocolStack().getTransport();
    if (transport.getDiagnosticsHandler() != null) {
      transport.getDiagnosticsHandler().setEnabled(false);
    }
    if (transport.getBundler() instanceof BaseBundler waiting) {
      waiting.useRingBuffer(false);
    }
    return channel;
  }

  private static ProtocolConfiguration plain(ProtocolConfiguration each) {
    Class<?> instead = PlainStack.INSTEAD.get(each.getProtocolName());
    return instead == null
        ? each
        : new ProtocolConfiguration(instead.getName(), each.getProperties());
  }

  record Own(URL configuration) implements ClusterStack {
    @Override
    public JChannel open(String room) throws Exception {
      return hardened(
          new JChannel(
              configurator(read(configuration).stream().map(ClusterStack::plain).toList())));
    }
  }

  record Fork(JChannel channel) implements ClusterStack {
    /** The same at all peers: with the room, it says whose messages these are. */
    private static final String NAME = "keymoot";

    @Override
    public JChannel open(String room) throws Exception {
      FORK present = channel.getProtocolStack().findProtocol(FORK.class);
      return present != null
          ? new ForkChannel(channel, NAME, room)
          : new ForkChannel(
              channel,
              NAME,
              room,
              true,
              ProtocolStack.Position.ABOVE,
              channel.getProtocolStack().getTopProtocol().getClass());
    }
  }

  private static List<ProtocolConfiguration> read(URL xml) throws Exception {
    try (InputStream in = xml.openStream()) {
      return ConfiguratorFactory.getStackConfigurator(in).getProtocolStack();
    } catch (IOException e) {
      throw new IOException("cannot read the JGroups stack " + xml + ": " + e.getMessage(), e);
    }
  }

  private static ProtocolStackConfigurator configurator(List<ProtocolConfiguration> protocols) {
    return new ProtocolStackConfigurator() {
      @Override
      public String getProtocolStackString() {
        return protocols.stream()
            .map(ProtocolConfiguration::getProtocolString)
            .collect(Collectors.joining(":"));
      }

      @Override
      public List<ProtocolConfiguration> getProtocolStack() {
        return protocols;
      }
    };
  }
}
