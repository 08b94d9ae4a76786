package io.keymoot.benchmarks.compare;

import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.runtime.ClusterStack;
import io.keymoot.runtime.Delivery;
import io.keymoot.runtime.Deserialisation;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.Identity;
import io.keymoot.runtime.Network;
import io.keymoot.runtime.NodeEvent;
import io.keymoot.runtime.Sent;
import java.net.URL;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A whole node of ours over the same stack as the others have. Messages prove that the group sent
 * them, which is more than the others' do, or, if asked to, which member did.
 */
final class NodeSeat implements Seat {
  private static final String OPEN_HOUSE =
      """
      version: 1
      admit: anybody
      expel: anybody
      founder: anybody
      introducer: anybody
      """;

  private final Network network;
  private final Identity identity = Identity.selfMade();
  private final String cluster;
  private final boolean founds;
  private @Nullable GroupNode node;
  private Consumer<byte[]> receiver = message -> {};
  private volatile Authentication proof = Authentication.NONE;
  private volatile String key = "";
  private volatile String inUse = "";
  private volatile int members;

  NodeSeat(String cluster, boolean founds, boolean overDatagrams) {
    this.cluster = cluster;
    this.founds = founds;
    URL stack =
        Objects.requireNonNull(
            NodeSeat.class.getResource(overDatagrams ? "datagrams.xml" : "stack.xml"),
            "the build left it out");
    network = Network.of(ClusterStack.xml(stack), Deserialisation.FORBIDDEN_IN_JGROUPS);
  }

  private static PolicyRules policy() {
    return switch (PolicyFile.parse(OPEN_HOUSE)) {
      case PolicyFile.Parsed.Good good -> good.rules();
      case PolicyFile.Parsed.Faulty faulty ->
          throw new IllegalStateException("the open house's policy: " + faulty.errors());
    };
  }

  @Override
  public void connect() {
    GroupNode.Builder builder = GroupNode.of(network, identity, policy());
    GroupNode made =
        founds
            ? builder.found(
                new FlatKeying.Founding(
                    cluster,
                    Profile.CONFERENCE,
                    new Rights(new Rights.AnyMember(), Optional.empty(), 2),
                    Trust.OPEN))
            : builder.join(cluster);
    node = made;
    made.listen(
        0,
        (id, event) -> {
          switch (event) {
            // Frames follow to a key later than it is held, so that all have it by then.
            case NodeEvent.KeyCame came -> key = came.epoch().toString();
            case NodeEvent.Rekeyed own -> key = own.epoch().toString();
            case NodeEvent.RosterChanged roster -> members = roster.members();
            case NodeEvent.KeyInUse now -> {
              key = now.epoch().toString();
              inUse = key;
              members = now.members();
            }
            case NodeEvent.Message message -> receiver.accept(message.payload().toArray());
            default -> {}
          }
        });
  }

  private GroupNode node() {
    GroupNode present = node;
    if (present == null) {
      throw new IllegalStateException("not connected");
    }
    return present;
  }

  @Override
  public void onMessage(Consumer<byte[]> theReceiver) {
    receiver = theReceiver;
  }

  @Override
  public boolean send(byte[] message) {
    Sent sent = node().send(Bytes.of(message), proof, Delivery.RELIABLE);
    return sent == Sent.SENT || sent == Sent.HELD;
  }

  @Override
  public void proves(boolean isToProve) {
    proof = isToProve ? Authentication.AMORTISED : Authentication.NONE;
  }

  @Override
  public String key() {
    return key;
  }

  @Override
  public String inUse() {
    return inUse;
  }

  @Override
  public int members() {
    return members;
  }

  @Override
  public void leave() {
    node().closeAfterLeaving();
  }

  @Override
  public void close() {
    if (node != null) {
      node.close();
    }
    network.close();
    identity.close();
  }
}
