package io.keymoot.daemon;

import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import io.keymoot.runtime.ClusterStack;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How this device reaches the others, as the settings have it. */
final class Links {
  private Links() {}

  /** Nothing is sent there: asking which address would be used needs one that is far away. */
  private static final String FAR_AWAY = "192.0.2.1";

  static ClusterStack stack(Settings settings) {
    InetAddress bind = bind(settings);
    return switch (settings.get(Setting.TRANSPORT)) {
      case "udp" -> ClusterStack.udp(bind, settings.address(Setting.MULTICAST));
      case "tcp" ->
          ClusterStack.tcp(
              new InetSocketAddress(bind, settings.number(Setting.PORT, 0, 65_535)),
              discovery(settings));
      case "local" -> ClusterStack.local();
      default -> own(Path.of(settings.get(Setting.TRANSPORT)));
    };
  }

  private static ClusterStack.Discovery discovery(Settings settings) {
    if (settings.has(Setting.MEETING_FOLDER)) {
      return ClusterStack.Discovery.files(Path.of(settings.get(Setting.MEETING_FOLDER)));
    }
    List<InetSocketAddress> peers = settings.addresses(Setting.PEERS);
    if (!peers.isEmpty()) {
      return ClusterStack.Discovery.hosts(peers);
    }
    throw Settings.wrong(
        "The transport is TCP, and nothing says how to find the others.",
        "Name some of them with 'peers', or a shared folder with 'meeting-folder'.");
  }

  private static ClusterStack own(Path file) {
    try {
      if (!Files.isReadable(file)) {
        throw new MalformedURLException();
      }
      return ClusterStack.xml(file.toUri().toURL());
    } catch (MalformedURLException e) {
      throw Settings.wrong(
          "The setting 'transport' is '" + file + "', which is no file that can be read.",
          "Write udp, tcp, or the path of a JGroups stack.");
    }
  }

  /** {@code auto} is the address by which this device would reach the rest of the world. */
  static InetAddress bind(Settings settings) {
    String bind = settings.get(Setting.BIND);
    try {
      if (!bind.equals("auto")) {
        return InetAddress.getByName(bind);
      }
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(InetAddress.getByName(FAR_AWAY), 9);
        InetAddress found = socket.getLocalAddress();
        return found.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : found;
      } catch (SocketException | java.io.UncheckedIOException noRoute) {
        return InetAddress.getLoopbackAddress();
      }
    } catch (UnknownHostException e) {
      throw Settings.wrong(
          "The setting 'bind' is '" + bind + "', which has no address here.",
          "Write auto, or an address of this device.");
    }
  }

  /** Whether what is sent to the multicast address comes back on this device. */
  static boolean multicastWorks(InetAddress bind, InetSocketAddress group) {
    byte[] probe =
        ("keymoot probe " + System.nanoTime()).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    try (java.net.MulticastSocket socket = new java.net.MulticastSocket(0)) {
      java.net.NetworkInterface on = java.net.NetworkInterface.getByInetAddress(bind);
      if (on == null) {
        return false;
      }
      socket.setNetworkInterface(on);
      socket.joinGroup(new InetSocketAddress(group.getAddress(), socket.getLocalPort()), on);
      socket.setSoTimeout(500);
      socket.send(
          new java.net.DatagramPacket(
              probe, probe.length, group.getAddress(), socket.getLocalPort()));
      java.net.DatagramPacket back = new java.net.DatagramPacket(new byte[64], 64);
      socket.receive(back);
      return java.util.Arrays.equals(
          probe, java.util.Arrays.copyOf(back.getData(), back.getLength()));
    } catch (IOException e) {
      return false;
    }
  }
}
