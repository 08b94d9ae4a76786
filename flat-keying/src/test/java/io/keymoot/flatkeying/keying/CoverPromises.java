package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.message.Relay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Holds each cover to what its author says of it, by what it opens for whom, before anybody has
 * asked. It must promise the epoch to everybody who stays and whom a seal would reach, which is all
 * of whom the author has the leaf key: so slots reach whom seals do. And it must keep that, to
 * everybody who has what the entry is made under: the epoch before, or this very KEK.
 */
final class CoverPromises implements Group.Witness {
  private final Tapped tapped;
  private final Adversary adversary;
  private final Map<String, Integer> logRead = new TreeMap<>();

  /** By the first bytes of the epoch's id, as Relays name it. */
  private final Map<Long, Promise> relayed = new LinkedHashMap<>();

  final List<String> broken = new ArrayList<>();

  /** Promises of slots' entries that were kept. */
  int keptBySlots;

  /** Promises to who turned out to lack what it takes: nobody had heard of it lately. */
  int vain;

  /**
   * @param said what the author had heard of others' KEKs
   */
  private record Promise(
      Group.Node author, Known epoch, CoverReport report, Map<MemberId, Said.Word> said) {
    Optional<Known> prev() {
      return Optional.ofNullable(author.core.ledger().prev(epoch));
    }
  }

  CoverPromises(Tapped tapped) {
    this.tapped = tapped;
    this.adversary = tapped.adversary;
  }

  @Override
  public void said(Group.Node from, Bytes message) {
    tapped.said(from, message);
    if (SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof Relay relay
        && relayed.get(relay.epoch()) instanceof Promise promise) {
      relayed(from, relay, promise);
    }
  }

  @Override
  public void stepped(Group.Node node) {
    tapped.stepped(node);
    List<Effect> log = node.log;
    for (int i = logRead.getOrDefault(node.name, 0); i < log.size(); i++) {
      if (log.get(i) instanceof Effect.Rekeyed made
          && node.core.ledger().get(made.epoch()) instanceof Known epoch) {
        promised(new Promise(node, epoch, made.report(), Map.copyOf(node.said)));
      }
    }
    logRead.put(node.name, log.size());
  }

  private void promised(Promise promise) {
    Group.Node author = promise.author;
    Known epoch = promise.epoch;
    GroupState after = author.core.ledger().after(epoch);
    relayed.put(Relays.prefix(epoch.id()), promise);
    List<MemberId> named = new ArrayList<>(promise.report.unreached());
    for (CoverReport.Line line : promise.report.lines()) {
      named.addAll(line.members());
      for (MemberId member : line.members()) {
        kept(promise, line, member);
      }
    }
    for (Person person : after.members()) {
      if (!person.id().equals(author.id()) && !named.remove(person.id())) {
        broken.add(epoch + " by " + author + " forgets " + tapped.group.nameOf(person.id()));
      }
      if (promise.report.unreached().contains(person.id())
          && isLeafKeyAtHand(author, after, person)) {
        broken.add(epoch + " by " + author + " does not reach " + tapped.group.nameOf(person.id()));
      }
    }
    if (!named.isEmpty()) {
      broken.add(epoch + " by " + author + " is for " + named + " who are out, or named twice");
    }
  }

  private static boolean isLeafKeyAtHand(Group.Node author, GroupState after, Person person) {
    Stay stay = after.newestStay(person.id()).orElseThrow();
    return author.core.core.blobs.leafKey(stay.leafKey()).isPresent();
  }

  private void kept(Promise promise, CoverReport.Line line, MemberId member) {
    switch (line.kind()) {
      case REFRESH -> {
        FactId prev = promise.prev().orElseThrow().id();
        int revision = promise.author.core.ledger().past(promise.epoch).revision(prev);
        kept(promise, line, member, adversary.derives(member, prev, revision));
      }
      case WRAP -> keptBySlot(promise.author, promise, line, member);
      case SEAL, OFFER_AND_SEAL -> kept(promise, line, member, true);
      case RELAY, TREE, CREDENTIAL -> {}
    }
  }

  /** By a Relay that was just said. */
  private void relayed(Group.Node relay, Relay message, Promise promise) {
    for (CoverReport.Line line : promise.report.lines()) {
      if (line.relay().equals(Optional.of(relay.id()))
          && message.wraps().stream()
              .anyMatch(wrap -> wrap.position() == line.slot().orElseThrow().position())) {
        line.members().forEach(member -> keptBySlot(relay, promise, line, member));
      }
    }
  }

  private void keptBySlot(
      Group.Node wrapper, Promise promise, CoverReport.Line line, MemberId member) {
    FactId prev = promise.prev().orElseThrow().id();
    int position = line.slot().orElseThrow().position();
    Kek key = wrapper.core.core.slots.kek(prev, position).orElseThrow();
    boolean hasKey = adversary.derives(member, key);
    if (!hasKey && hasAllSinceItSpoke(promise, member)) {
      broken.add(named(promise, line, member) + " is under a KEK that it never said it holds");
    }
    kept(promise, line, member, hasKey);
  }

  /**
   * KEKs step on by themselves, for whoever has each epoch since it last said which it holds. Whom
   * a partition kept from one of them, nobody can tell.
   */
  private boolean hasAllSinceItSpoke(Promise promise, MemberId member) {
    Said.Word word = promise.said.get(member);
    Known each = promise.prev().orElse(null);
    while (word != null && each != null && !each.id().hash().equals(word.epoch())) {
      if (!adversary.derives(member, each.id(), 0)) {
        return false;
      }
      each = promise.author.core.ledger().prev(each);
    }
    return true;
  }

  private void kept(
      Promise promise, CoverReport.Line line, MemberId member, boolean hasWhatItTakes) {
    boolean reads = adversary.derives(member, promise.epoch.id(), 0);
    if (hasWhatItTakes && !reads) {
      broken.add(named(promise, line, member) + " does not open");
    }
    keptBySlots += reads && line.slot().isPresent() ? 1 : 0;
    vain += hasWhatItTakes ? 0 : 1;
  }

  private String named(Promise promise, CoverReport.Line line, MemberId member) {
    return "the "
        + line.kind()
        + " for "
        + tapped.group.nameOf(member)
        + " in "
        + promise.epoch
        + " by "
        + promise.author;
  }
}
