package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.keying.BigGroup;
import io.keymoot.flatkeying.keying.CoverReport;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.keying.Input;
import io.keymoot.flatkeying.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A large group in its quiet hours, made at once, of which those who are measured are run: who
 * changes, and one who follows, drawn anew each time and reached in the way the cover reaches it.
 * Each turn begins from the same state, with cores that were never asked before.
 */
final class LargeGroup {
  private static final Bytes ADDRESS = Bytes.of("an address".getBytes(StandardCharsets.UTF_8));

  /** The founder expels this one in each turn. */
  private static final int TARGET = 1;

  private static final int KEPT = 8;

  private final BigGroup group;
  private final int members;
  private final Map<MemberId, Integer> numbers = new HashMap<>();
  private final List<Integer> sealedTo;
  private final Random random = new Random(1);

  LargeGroup(int members) {
    this.members = members;
    group = new BigGroup(Membership.profile(members), members, members);
    for (int i = 0; i < members; i++) {
      numbers.put(group.member(i), i);
    }
    sealedTo = group.sealedTo(TARGET);
  }

  /** One round of everything. */
  void measure(Figures figures, String who) throws Exception {
    remove(figures, who);
    refresh(figures, who);
    admit(figures, who);
  }

  // ---- one goes

  private void remove(Figures figures, String who) throws Exception {
    FlatKeying excluder = group.excluder();
    for (int number : sealedTo) {
      group.meet(excluder, number);
    }
    Bytes[] message = new Bytes[1];
    figures.add(
        who,
        What.REMOVE_AUTHOR,
        members,
        Cpu.micros(() -> message[0] = group.expulsion(excluder, TARGET)));
    CoverReport cover = excluder.lastCover().orElseThrow();
    figures.add(who, What.REMOVE_MULTICAST, members, message[0].length());
    figures.add(
        who,
        What.REMOVE_ALL_BYTES,
        members,
        message[0].length() + cover.multicastBytes() - cover.bytes());
    follow(figures, who, cover, message[0]);
  }

  private static boolean isSeal(CoverReport.Line line) {
    return switch (line.kind()) {
      case SEAL, OFFER_AND_SEAL, TREE -> true;
      case REFRESH, WRAP, RELAY, CREDENTIAL -> false;
    };
  }

  private void follow(Figures figures, String who, CoverReport cover, Bytes message)
      throws Exception {
    List<CoverReport.Line> lines = cover.lines().stream().filter(line -> !isSeal(line)).toList();
    int all = lines.stream().mapToInt(CoverReport.Line::reaches).sum();
    int drawn = random.nextInt(all);
    for (CoverReport.Line line : lines) {
      if (drawn < line.reaches()) {
        FlatKeying reader = group.receiver(number(line.members().get(drawn)));
        List<Bytes> relays = line.relay().isEmpty() ? List.of() : relays(line.relay(), message);
        Optional<?> before = reader.sendingEpoch();
        figures.add(
            who,
            What.REMOVE_FOLLOW,
            members,
            Cpu.micros(
                () -> {
                  hears(reader, message);
                  relays.forEach(relay -> hears(reader, relay));
                }));
        if (reader.sendingEpoch().equals(before)) {
          throw new IllegalStateException("who should have read the new key did not: " + line);
        }
        return;
      }
      drawn -= line.reaches();
    }
  }

  /** What the one who is ordered to relay then says. */
  private List<Bytes> relays(Optional<MemberId> by, Bytes message) {
    FlatKeying relay = group.receiver(number(by.orElseThrow()));
    List<Bytes> said = new ArrayList<>();
    for (Effect effect : hears(relay, message)) {
      if (effect instanceof Effect.Multicast it) {
        said.add(it.message());
      }
    }
    return said;
  }

  private int number(MemberId member) {
    Integer number = numbers.get(member);
    if (number == null) {
      throw new IllegalStateException(member + " is not of this group");
    }
    return number;
  }

  private List<Effect> hears(FlatKeying core, Bytes message) {
    return core.step(group.now(), new Input.Received(ADDRESS, message));
  }

  // ---- the key is renewed

  private void refresh(Figures figures, String who) throws Exception {
    FlatKeying author = group.excluder();
    List<Effect> did = new ArrayList<>();
    figures.add(
        who,
        What.REFRESH_AUTHOR,
        members,
        Cpu.micros(() -> did.addAll(author.step(group.now(), new Input.Refresh()))));
    Bytes message = authored(did);
    figures.add(who, What.REFRESH_BYTES, members, message.length());
    FlatKeying reader = group.receiver(1 + random.nextInt(members - 1));
    figures.add(who, What.REFRESH_FOLLOW, members, Cpu.micros(() -> hears(reader, message)));
  }

  static Bytes authored(List<Effect> effects) {
    for (Effect effect : effects) {
      if (effect instanceof Effect.Authored it) {
        return it.message();
      }
    }
    throw new IllegalStateException("what was to be said was refused");
  }

  // ---- one comes

  private void admit(Figures figures, String who) throws Exception {
    FlatKeying introducer = group.excluder();
    FlatKeying newcomer = group.newcomer();
    List<Bytes> facts = group.facts();
    List<Effect> asks = new ArrayList<>();
    double newcomerMicros =
        Cpu.micros(
            () -> {
              newcomer.step(group.now(), new Input.Start());
              facts.forEach(fact -> hears(newcomer, fact));
              asks.addAll(newcomer.step(group.now(), new Input.IntroducerSeen(ADDRESS)));
            });
    List<Effect> did = new ArrayList<>();
    figures.add(
        who,
        What.ADMIT_AUTHOR,
        members,
        Cpu.micros(
            () -> {
              hears(introducer, toAddress(asks));
              did.addAll(introducer.step(group.now(), new Input.Decided(newcomer.self(), true)));
            }));
    Bytes admit = authored(did);
    Bytes grant = toAddress(did);
    figures.add(who, What.ADMIT_MULTICAST, members, admit.length());
    figures.add(who, What.WELCOME_BYTES, members, grant.length());
    long fetched = facts.stream().mapToLong(Bytes::length).sum();
    figures.add(who, What.WELCOME_WITH_FACTS, members, grant.length() + fetched);
    newcomerMicros += settles(newcomer, List.of(admit, grant));
    if (newcomer.sendingEpoch().isEmpty()) {
      throw new IllegalStateException("the newcomer holds no key");
    }
    figures.add(who, What.WELCOME_CPU, members, newcomerMicros);
    FlatKeying reader = group.receiver(1 + random.nextInt(members - 1));
    figures.add(who, What.ADMIT_FOLLOW, members, Cpu.micros(() -> hears(reader, admit)));
  }

  /** The newcomer's part: it hears these, and asks another member for what it still lacks. */
  private double settles(FlatKeying newcomer, List<Bytes> messages) throws Exception {
    FlatKeying other = group.receiver(2);
    hears(other, messages.get(0));
    Deque<Bytes> open = new ArrayDeque<>(messages);
    double micros = 0;
    while (!open.isEmpty()) {
      Bytes message = open.remove();
      List<Effect> did = new ArrayList<>();
      micros += Cpu.micros(() -> did.addAll(hears(newcomer, message)));
      for (int i = 0; i < did.size(); i++) {
        switch (did.get(i)) {
          case Effect.AskBelief it -> {
            Input yes = new Input.Believed(it.granter(), Input.Belief.YES);
            micros += Cpu.micros(() -> did.addAll(newcomer.step(group.now(), yes)));
          }
          case Effect.ToAddress it -> open.addAll(answers(other, it.message()));
          case Effect.ToMember it -> open.addAll(answers(other, it.message()));
          case Effect.Multicast it -> open.addAll(answers(other, it.message()));
          default -> {} // what others do with it is not the newcomer's
        }
      }
    }
    return micros;
  }

  private List<Bytes> answers(FlatKeying other, Bytes question) {
    List<Bytes> answers = new ArrayList<>();
    for (Effect effect : hears(other, question)) {
      switch (effect) {
        case Effect.ToAddress it -> answers.add(it.message());
        case Effect.ToMember it -> answers.add(it.message());
        case Effect.Multicast it -> answers.add(it.message());
        default -> {} // not said to anybody
      }
    }
    return answers;
  }

  private static Bytes toAddress(List<Effect> effects) {
    for (Effect effect : effects) {
      if (effect instanceof Effect.ToAddress it) {
        return it.message();
      }
    }
    throw new IllegalStateException("nothing was sent to an address");
  }

  /** Of members who know the same facts, whose bytes they share here and are added. */
  void measureMemory(Figures figures, String who) {
    List<FlatKeying> kept = new ArrayList<>();
    long before = Cpu.heap();
    for (int i = 0; i < KEPT; i++) {
      kept.add(group.receiver(2 + i));
    }
    double each = (Cpu.heap() - before) / (double) kept.size();
    // Each of them keeps its own copy of the facts' bytes.
    long facts = group.facts().stream().mapToLong(Bytes::length).sum();
    figures.add(who, What.STATE, members, each - facts);
    figures.add(who, What.STATE_WITH_FACTS, members, each);
  }
}
