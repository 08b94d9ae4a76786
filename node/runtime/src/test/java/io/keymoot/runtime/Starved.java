package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.peer.Address;
import java.util.Optional;

/**
 * A network that, while it is told to, brings a device all facts but no key: the covers of Rekeys
 * are cut off, which leaves them whole and signed, and what members give and relay is dropped.
 */
final class Starved {
  private volatile boolean isStarved;

  void starve() {
    isStarved = true;
  }

  void feed() {
    isStarved = false;
  }

  Network network(ClusterStack stack) {
    return Network.of(
        stack,
        Deserialisation.FORBIDDEN_IN_JGROUPS,
        (over, cluster, against, receiver) ->
            JGroupsTransport.open(over, cluster, against, new Mouth(receiver)));
  }

  private static Optional<Bytes> withoutKeys(Bytes message) {
    MessageType type = SideCodec.typeOf(message).orElse(null);
    if (type == MessageType.GIVE || type == MessageType.RELAY) {
      return Optional.empty();
    }
    if (type == MessageType.SYNC_REPLY
        && SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof SyncReply reply) {
      return Optional.of(
          SideCodec.encode(
              new SyncReply(
                  reply.group(),
                  reply.facts().stream().map(Starved::withoutCover).toList(),
                  reply.blobs())));
    }
    return Optional.of(withoutCover(message));
  }

  private static Bytes withoutCover(Bytes message) {
    return SideCodec.typeOf(message).equals(Optional.of(MessageType.REKEY))
            && FactCodec.decode(message) instanceof Decoded.Ok<Envelope> ok
        ? FactCodec.encodeWithoutCover(ok.value())
        : message;
  }

  private final class Mouth extends PassingOn {
    Mouth(Transport.Receiver receiver) {
      super(receiver);
    }

    @Override
    public void control(Address from, Bytes message) {
      Optional<Bytes> left = isStarved ? withoutKeys(message) : Optional.of(message);
      left.ifPresent(what -> super.control(from, what));
    }
  }
}
