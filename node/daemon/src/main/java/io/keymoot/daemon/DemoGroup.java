package io.keymoot.daemon;

import io.keymoot.daemon.DemoPeer.Failed;
import io.keymoot.daemon.setting.PrivateFiles;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;

/**
 * Daemons on this machine, each a process of its own with a certificate of its own, over a JGroups
 * stack that each can be told to hear some of the others no more on.
 */
final class DemoGroup implements AutoCloseable {
  private static final int FIRST_PORT = 20_000;
  private static final int PORTS = 20_000;
  private static final String POLICY =
      """
      version: 1
      trust:
        anchors:
          - |
      %s
      admit:
        %s
      expel:
        ask: owner
      founder:
        certificate: any
      introducer:
        certificate: any
      """;

  private final Path folder;
  private final Path stack;
  private final String admit;
  private final Map<String, DemoPeer> peers = new LinkedHashMap<>(); // guarded by itself
  private boolean closed; // guarded by peers

  /**
   * @param folder fresh, and for its owner alone
   * @param admit the policy's rule about those who want in
   */
  DemoGroup(Path folder, boolean multicast, String admit) throws IOException {
    this.folder = folder;
    this.admit = admit;
    this.stack = stack(folder, multicast);
  }

  static boolean multicastWorks() throws UnknownHostException {
    return Links.multicastWorks(
        InetAddress.getLoopbackAddress(),
        new InetSocketAddress(InetAddress.getByName("239.255.75.77"), FIRST_PORT));
  }

  // ---- papers

  void certify(String... names) throws Failed {
    Path root = folder.resolve("root");
    Path site = folder.resolve("site");
    keymoot("ca", "root", "Demo", "--out", root.toString());
    keymoot("ca", "site", "Demo site", "--by", root.toString(), "--out", site.toString());
    for (String name : names) {
      String state = folder.resolve(name).toString();
      String request = folder.resolve(name + ".csr").toString();
      String certificate = folder.resolve(name + ".pem").toString();
      keymoot("ca", "request", name, "--state", state, "--config", state, "--out", request);
      String device =
          new JsonObject(keymoot("id", "--state", state, "--config", state, "--json"))
              .getString("fingerprint");
      keymoot(
          "ca",
          "sign",
          request,
          "--by",
          site.toString(),
          "--fingerprint",
          device,
          "--out",
          certificate);
      keymoot("id", "--certificate", certificate, "--state", state, "--config", state);
    }
    PrivateFiles.create(
        folder.resolve("policy.yaml"),
        POLICY
            .formatted(Ca.read(root.resolve("chain.pem")).indent(6).stripTrailing(), admit)
            .getBytes(StandardCharsets.UTF_8));
  }

  private static String keymoot(String... arguments) throws Failed {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Keymoot.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    if (line.execute(arguments) != 0) {
      throw new Failed("keymoot " + String.join(" ", arguments) + ": " + err);
    }
    return out.toString();
  }

  // ---- the network

  /** The shipped stack, with a part that can be told not to hear. */
  private static Path stack(Path folder, boolean multicast) throws IOException {
    String name = multicast ? "udp.xml" : "tcp.xml";
    String shipped;
    try (InputStream in = io.keymoot.runtime.ClusterStack.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("the runtime has no " + name);
      }
      shipped = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
    String discovery =
        "<FILE_PING location=\""
            + folder.resolve("meeting")
            + "\" remove_old_coords_on_view_change=\"true\"/>";
    String own =
        shipped
            .replaceFirst("mcast_port=\"[0-9]+\"", "mcast_port=\"" + port + "\"")
            .replaceFirst("<TCPPING[^>]*/>", discovery)
            .replaceFirst("(?s)(<(UDP|TCP)\\b[^>]*/>)", "$1\n    <" + Cut.class.getName() + "/>");
    Path file = folder.resolve("stack.xml");
    Files.writeString(file, own);
    return file;
  }

  /** Each of {@code names} hears none of {@code others} any more. */
  void cut(List<String> names, List<String> others)
      throws Failed, InterruptedException, IOException {
    List<String> addresses = new ArrayList<>();
    for (String other : others) {
      addresses.add(peer(other).address());
    }
    for (String name : names) {
      peer(name).order("cut " + String.join(" ", addresses));
      peer(name).address(); // orders are obeyed one after another: this answer says that it is cut
    }
  }

  void heal() throws IOException {
    for (DemoPeer each : all()) {
      each.order("heal");
    }
  }

  // ---- the peers

  void begin(String name, String... more) throws IOException {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--group",
                "demo",
                "--cluster",
                "demo-" + ProcessHandle.current().pid(),
                "--anchors",
                folder.resolve("root/chain.pem").toString(),
                "--policy",
                folder.resolve("policy.yaml").toString(),
                "--transport",
                stack.toString(),
                "--api",
                "127.0.0.1:0"));
    settings.addAll(Arrays.asList(more));
    synchronized (peers) {
      if (closed) {
        throw new IOException("the demo is over");
      }
      peers.put(name, new DemoPeer(name, folder.resolve(name), settings));
    }
  }

  DemoPeer peer(String name) throws Failed {
    synchronized (peers) {
      DemoPeer peer = peers.get(name);
      if (peer == null) {
        throw new Failed("there is no process for " + name);
      }
      return peer;
    }
  }

  List<DemoPeer> all() {
    synchronized (peers) {
      return List.copyOf(peers.values());
    }
  }

  List<String> names() {
    synchronized (peers) {
      return List.copyOf(peers.keySet());
    }
  }

  void end(String name) throws Failed {
    DemoPeer peer = peer(name);
    synchronized (peers) {
      peers.remove(name);
    }
    peer.end();
    peer.awaitEnd();
  }

  /** None is begun after it, though another thread is at it. */
  @Override
  public void close() {
    synchronized (peers) {
      closed = true;
    }
    List<DemoPeer> last = all();
    last.forEach(DemoPeer::end);
    last.forEach(DemoPeer::awaitEnd);
    synchronized (peers) {
      peers.clear();
    }
  }
}
