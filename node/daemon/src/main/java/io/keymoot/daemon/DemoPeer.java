package io.keymoot.daemon;

import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.runtime.ClusterStack;
import io.keymoot.runtime.Deserialisation;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.Identity;
import io.keymoot.runtime.Network;
import io.keymoot.runtime.NodeEvent;
import io.keymoot.runtime.Sent;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * One of the demo's peers: a process of its own that takes orders on its standard input, a line
 * each, and says on its standard output what it sees. It ends with its input.
 *
 * <pre>
 *   orders: say TEXT | expel FINGERPRINT | rekey | members | end
 *   says:   group ID | device FINGERPRINT | status STATE CAUSE | members N | read TEXT | unread WHY
 *           | rekeyed BYTES
 * </pre>
 */
@Command(name = "demo-peer", hidden = true, description = "One peer of the demo.")
final class DemoPeer implements Callable<Integer> {
  private static final String NAME = "demo";

  private static final String OPEN_HOUSE =
      """
      version: 1
      admit: anybody
      expel: anybody
      founder: anybody
      introducer: anybody
      """;

  /** Two of them put a third out. */
  private static final Rights TWO_EXPEL =
      new Rights(new Rights.AnyMember(), Optional.empty(), Rights.DEFAULT_EXPEL_APPROVALS);

  @Option(names = "--cluster", required = true)
  private String cluster = "";

  @Option(names = "--port", required = true, description = "multicast port")
  private int port;

  @Option(names = "--folder", description = "find each other by files here, over TCP")
  private @Nullable Path folder;

  @Option(names = "--join", description = "the group; without it, found one")
  private @Nullable String group;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  @Override
  public Integer call() throws Exception {
    FlatKeying.Founding plan =
        new FlatKeying.Founding(NAME, Profile.CONFERENCE, TWO_EXPEL, Trust.OPEN);
    String id = group;
    try (Identity identity = Identity.selfMade();
        Network network = Network.of(stack(), Deserialisation.FORBIDDEN_IN_JVM);
        GroupNode node = node(network, identity, id, plan)) {
      node.listen(0, (number, event) -> tell(event));
      say("device " + identity.device().hash().toHex());
      obey(node);
    }
    return 0;
  }

  private GroupNode node(
      Network network, Identity identity, @Nullable String id, FlatKeying.Founding plan) {
    GroupNode.Builder builder = GroupNode.of(network, identity, openHouse()).meetingAt(cluster);
    return id == null ? builder.found(plan) : builder.join(NAME, new GroupId(Hash32.fromHex(id)));
  }

  private static PolicyRules openHouse() {
    return switch (PolicyFile.parse(OPEN_HOUSE)) {
      case PolicyFile.Parsed.Good good -> good.rules();
      case PolicyFile.Parsed.Faulty faulty ->
          throw new IllegalStateException("the demo's policy: " + faulty.errors());
    };
  }

  private ClusterStack stack() throws Exception {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    return folder == null
        ? ClusterStack.udp(
            loopback, new InetSocketAddress(InetAddress.getByName("228.10.10.10"), port))
        : ClusterStack.tcp(
            new InetSocketAddress(loopback, 0), ClusterStack.Discovery.files(folder));
  }

  // ---- orders

  private void obey(GroupNode node) throws Exception {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      String[] words = order.split(" ", 2);
      String rest = words.length > 1 ? words[1] : "";
      switch (words[0]) {
        case "say" -> {
          if (node.send(Bytes.owning(rest.getBytes(StandardCharsets.UTF_8))) != Sent.SENT) {
            say("held " + node.status().cause());
          }
        }
        case "expel" -> node.evict(new Fingerprint(Hash32.fromHex(rest)));
        case "rekey" -> node.rekey();
        case "members" -> say("members " + node.members().toCompletableFuture().get().size());
        case "end" -> {
          return;
        }
        default -> say("unknown order " + words[0]);
      }
    }
  }

  // ---- what it sees

  private void tell(NodeEvent event) {
    switch (event) {
      case NodeEvent.Message message ->
          say("read " + new String(message.payload().toArray(), StandardCharsets.UTF_8));
      case NodeEvent.Unopened unopened -> say("unread " + unopened.why());
      case NodeEvent.Status status -> say("status " + status.state() + " " + status.cause());
      case NodeEvent.RosterChanged changed -> say("members " + changed.members());
      case NodeEvent.Rekeyed rekeyed -> say("rekeyed " + rekeyed.cost().bytes());
      case NodeEvent.Decided no when !no.yes() -> say("turned-away " + no.reason());
      case NodeEvent.Refused refused -> say("refused " + refused.why());
      case NodeEvent.Met met -> say("group " + met.group().hash().toHex());
      default -> {} // of no interest to the demo
    }
  }

  private void say(String line) {
    out.println(line);
  }
}
