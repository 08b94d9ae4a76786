package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Membership;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.key.SessionTable;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the rooms of this package share within one group: who we are, what we know, what we hold.
 */
final class Core {
  final GroupId group;
  final Self self;
  final Entropy entropy;
  final Blobs blobs;
  final Ledger ledger;
  final Membership membership;
  final FactVerifier verifier;
  final KeyStore keys = new KeyStore();
  final SessionTable sessions;
  final SlotKeys slots = new SlotKeys(this);
  final Covers covers = new Covers(this);

  /** Off in tests alone, to compare: everybody is then reached as if there were no slots. */
  boolean slotsOn = true;

  /** Shorter in tests alone. */
  long resealEachMillis = Limits.RESEAL_EACH_MILLIS;

  final Timers timers = new Timers();
  final Credentials credentials = new Credentials(this);
  final Doubts doubts = new Doubts(this);

  /** The effects of the step that runs. */
  final List<Effect> out = new ArrayList<>();

  Tick now = Tick.ZERO;

  /** Heads that cover every statement of this peer so far. */
  private List<FactId> lastNamed = List.of();

  private @Nullable Signing signing;

  /** What is signed on, where {@code all} is known and {@code named} was named last. */
  private record Signing(GroupState all, List<FactId> named, GroupState on) {}

  Core(
      GroupId group,
      Self self,
      Entropy entropy,
      Blobs blobs,
      Ledger ledger,
      Membership membership,
      FactVerifier verifier) {
    this.group = group;
    this.self = self;
    this.entropy = entropy;
    this.blobs = blobs;
    this.ledger = ledger;
    this.membership = membership;
    this.verifier = verifier;
    this.sessions = new SessionTable(group);
  }

  GroupState state() {
    return membership.state();
  }

  boolean isMember() {
    return self.isNamed() && state().isMember(self.member());
  }

  /** Whether the member that the header names signed it, and is in. */
  boolean isSignedByMember(SignedHeader signed) {
    MemberId author = signed.header().author();
    return signed.header().group().equals(group)
        && state().count() > 0
        && state().isMember(author)
        && isSignedBy(state().person(author), signed);
  }

  boolean isSignedBy(Optional<Person> person, SignedHeader signed) {
    return person.isPresent() && verifier.holds(signed, person.get().request().key());
  }

  void multicast(Bytes message) {
    out.add(new Effect.Multicast(message));
  }

  void send(MemberId to, Bytes message) {
    out.add(new Effect.ToMember(to, message));
  }

  void ignored(String what) {
    out.add(new Effect.Ignored(what));
  }

  /** A random number below {@code bound}; the small bias of a remainder matters to nobody. */
  int random(int bound) {
    byte[] four = entropy.bytes(4);
    int value = 0;
    for (byte each : four) {
      value = value << 8 | (each & 0xff);
    }
    return Integer.remainderUnsigned(value, bound);
  }

  // ---- what this peer says for good

  /**
   * The state this peer signs on: all it has taken. Above 32 heads, those that cover what it said
   * last, then the highest ids; the rest the next time. Asked for at every step, and worked out
   * where something else was taken or named since.
   */
  GroupState signingState() {
    GroupState state = state();
    if (state.heads().size() <= Limits.HEADS) {
      return state;
    }
    Signing last = signing;
    if (last == null || last.all != state || !last.named.equals(lastNamed)) {
      last = new Signing(state, lastNamed, ofManyHeads(state));
      signing = last;
    }
    return last.on;
  }

  private GroupState ofManyHeads(GroupState state) {
    List<Known> first = new ArrayList<>();
    List<Known> rest = new ArrayList<>();
    for (FactId id : state.heads()) {
      if (ledger.get(id) instanceof Known head) {
        (coversOwnLast(head) ? first : rest).add(head);
      }
    }
    first.sort(Comparator.comparing(Known::id, Comparator.reverseOrder()));
    rest.sort(Comparator.comparing(Known::id, Comparator.reverseOrder()));
    first.addAll(rest);
    return ledger.join(named(first));
  }

  private boolean coversOwnLast(Known head) {
    GroupState reached = ledger.after(head);
    return state().tipsOf(self.member()).stream().anyMatch(reached::contains);
  }

  /**
   * Whoever does not name again what it named, or something over it, has said two things out of
   * order, and is convicted by them. What was named were so few, so there is room for them.
   */
  private List<Known> named(List<Known> heads) {
    Set<Known> named = new LinkedHashSet<>();
    for (FactId id : lastNamed) {
      if (ledger.get(id) instanceof Known before
          && named.stream().noneMatch(head -> ledger.after(head).contains(before))) {
        heads.stream()
            .filter(head -> ledger.after(head).contains(before))
            .findFirst()
            .ifPresent(named::add);
      }
    }
    for (Known head : heads) {
      if (named.size() < Limits.HEADS) {
        named.add(head);
      }
    }
    return List.copyOf(named);
  }

  /** Signs a word about what this peer has learnt. */
  SignedHeader signHeartbeat(Bytes content) {
    lastNamed = signingState().heads();
    return self.writer().sign(MessageType.HEARTBEAT, lastNamed, content);
  }

  /** Signs a fact on top of {@code state}; nothing is sent or taken yet. */
  Envelope write(GroupState state, Fact content, Bytes cover) {
    return self.writer().write(state.heads(), content, cover);
  }

  /**
   * Takes a fact of our own, and tells everybody. False, with the reason told, if it is refused.
   */
  boolean say(Envelope fact) {
    return said(fact).isPresent();
  }

  /** The message by which everybody was told; none if it is refused. */
  Optional<Bytes> said(Envelope fact) {
    Membership.Learnt learnt = membership.offer(fact, "");
    for (Membership.Learnt.Refused refused : learnt.refused()) {
      out.add(new Effect.Refused(refused.fact(), refused.why()));
    }
    if (!membership.has(fact.id())) {
      return Optional.empty();
    }
    lastNamed = List.of(fact.id());
    Bytes message = credentials.saidFirst(fact);
    multicast(message);
    out.add(new Effect.Authored(fact.id(), message));
    return Optional.of(message);
  }
}
