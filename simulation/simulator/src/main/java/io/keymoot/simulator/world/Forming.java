package io.keymoot.simulator.world;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.peer.PeerInput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A group that is there at once: the founder lets everybody in, 128 in a fact, and hands to each
 * its key; each learns all facts and takes its own. Two seconds later by their own clocks, as after
 * any admission, one of them makes the epoch that follows, and it has all of them in its past. Real
 * peers, facts and keys, but no network between and no time. What else they say is lost; keys of
 * slots they ask for when the run begins, for each waits for half a minute and more between two
 * questions, and who is deaf for so long holds the others for gone.
 */
final class Forming {
  /** A founder beats within its first seconds. */
  private static final int MOST_LEAPS = 100;

  private final World world;
  private final Node founder;
  private final Deque<Said> said = new ArrayDeque<>();
  private final Map<Address, Bytes> grants = new TreeMap<>();

  private record Said(Optional<Address> to, Bytes message) {
    boolean is(MessageType type) {
      return SideCodec.typeOf(message).equals(Optional.of(type));
    }
  }

  Forming(World world, Node founder) {
    this.world = world;
    this.founder = founder;
  }

  /** Instead of the network. */
  void take(Optional<Address> to, Bytes message) {
    said.addLast(new Said(to, message));
  }

  List<Node> others(int count) {
    Bytes beat = beat();
    List<Node> others = new ArrayList<>();
    while (others.size() < count) {
      letIn(beat, Math.min(Limits.ADMIT_ROWS, count - others.size()), others);
    }
    List<Bytes> facts = Memory.allKnownTo(founder);
    List<Bytes> certificates = certificates(others);
    for (Node other : others) {
      certificates.forEach(some -> hears(other, some));
      facts.forEach(fact -> hears(other, fact));
      Bytes grant = grants.get(other.address());
      if (grant != null) {
        hears(other, grant);
      }
      answer(other);
      said.clear();
      if (!other.canSend() || !other.known().heads().equals(founder.known().heads())) {
        throw new IllegalStateException(other + " is not in at once: " + other.status());
      }
    }
    followedByAnEpoch(others);
    return others;
  }

  /**
   * Else all are newcomers to the running epoch for the first seconds of the run, and every peer
   * asks for each of them at every step whether it may be given the key.
   */
  private void followedByAnEpoch(List<Node> others) {
    List<Node> all = new ArrayList<>(others);
    all.add(0, founder);
    int epochs = founder.known().usable().size();
    for (int i = 0; i < MOST_LEAPS && all.size() > 1; i++) {
      for (Node one : all) {
        one.leap(Limits.ADMIT_BATCH_MILLIS);
        tellEverybody(one, all);
        if (founder.known().usable().size() > epochs) {
          mustAgree(all);
          return;
        }
      }
    }
  }

  /** The facts that it just said. */
  private void tellEverybody(Node from, List<Node> all) {
    List<Bytes> facts =
        said.stream()
            .filter(each -> each.is(MessageType.REKEY) || each.is(MessageType.RESEAL))
            .map(Said::message)
            .toList();
    for (Bytes fact : facts) {
      all.stream().filter(each -> each != from).forEach(each -> hears(each, fact));
    }
    said.clear();
  }

  private void mustAgree(List<Node> all) {
    for (Node each : all) {
      if (!each.canSend() || !each.known().heads().equals(founder.known().heads())) {
        throw new IllegalStateException(each + " does not agree at once: " + each.status());
      }
    }
  }

  private Bytes beat() {
    for (int i = 0; i < MOST_LEAPS; i++) {
      founder.leap(Limits.ADMIT_BATCH_MILLIS);
      for (Said each : said) {
        if (each.is(MessageType.HEARTBEAT)) {
          return each.message;
        }
      }
    }
    throw new IllegalStateException("the founder does not beat");
  }

  /**
   * They ask, each is granted the key; the fact that lets them in comes to them with all others.
   */
  private void letIn(Bytes beat, int count, List<Node> others) {
    for (int i = 0; i < count; i++) {
      Node other = world.join(1 + others.size());
      others.add(other);
      said.clear();
      hears(other, beat);
      for (Said each : List.copyOf(said)) {
        if (each.is(MessageType.JOIN_REQUEST)) {
          founder.step(new PeerInput.Received(other.address(), each.message));
        }
      }
      keepGrants();
    }
    founder.leap(Limits.ADMIT_BATCH_MILLIS);
    keepGrants();
  }

  /** By which they judge each other; no more in a message than a reply may have. */
  private List<Bytes> certificates(List<Node> others) {
    List<Bytes> all = new ArrayList<>();
    world.paper(founder).ifPresent(paper -> all.add(paper.credential()));
    others.forEach(each -> world.paper(each).ifPresent(paper -> all.add(paper.credential())));
    List<Bytes> messages = new ArrayList<>();
    for (int i = 0; i < all.size(); i += Limits.SYNC_WANTED) {
      List<Bytes> some = all.subList(i, Math.min(all.size(), i + Limits.SYNC_WANTED));
      messages.add(
          SideCodec.encode(new SyncReply(founder.peer().keying().group(), List.of(), some)));
    }
    return messages;
  }

  /** What it asks for once it has its key, as anybody does, and may have by now. */
  private void answer(Node other) {
    List<Said> asked = saidOf(MessageType.SYNC);
    said.clear();
    asked.forEach(ask -> founder.step(new PeerInput.Received(other.address(), ask.message)));
    saidOf(MessageType.SYNC_REPLY).forEach(reply -> hears(other, reply.message));
  }

  private List<Said> saidOf(MessageType type) {
    return said.stream().filter(each -> each.is(type)).toList();
  }

  private void keepGrants() {
    said.stream()
        .filter(each -> each.is(MessageType.GRANT) && each.to.isPresent())
        .forEach(each -> grants.put(each.to.get(), each.message));
    said.clear();
  }

  private void hears(Node other, Bytes message) {
    other.step(new PeerInput.Received(founder.address(), message));
  }
}
