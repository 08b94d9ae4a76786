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
 * changes, and one who follows, drawn anew each time from all who stay and reached in the way the
 * cover reaches it, by wrap, relay or seal. Each turn begins from the same state, with cores that
 * were never asked before. They remember the signatures of the facts the group is made of, as every
 * member does, and check all others themselves; they share the bytes of credentials and leaf keys.
 */
final class LargeGroup {
  private static final Bytes ADDRESS = Bytes.of("an address".getBytes(StandardCharsets.UTF_8));

  /** The founder expels this one in each turn. */
  private static final int TARGET = 1;

  /** Of small ones more are kept: they drown in what else the heap does. */
  private static final int KEPT_OF_MANY = 4;

  private static final int KEPT_OF_FEW = 32;

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

  /** Of whom rounds and memory are measured under this name. */
  Turns.Player as(Figures figures, String who) {
    return new Turns.Player() {
      @Override
      public void turn() throws Exception {
        measure(figures, who);
      }

      @Override
      public void end() {
        measureMemory(figures, who);
      }
    };
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
    Map<Integer, FlatKeying> run = new HashMap<>();
    for (int number : sealedTo) {
      FlatKeying its = group.receiver(number);
      group.meet(excluder, its, number);
      run.put(number, its);
    }
    Bytes[] message = new Bytes[1];
    figures.add(
        who,
        What.REMOVE_AUTHOR,
        members,
        Cpu.micros(() -> message[0] = group.expulsion(excluder, TARGET)));
    Removal removal = new Removal(message[0], excluder.lastCover().orElseThrow(), run);
    figures.add(who, What.REMOVE_MULTICAST, members, message[0].length());
    figures.add(
        who,
        What.REMOVE_ALL_BYTES,
        members,
        message[0].length() + removal.cover.multicastBytes() - removal.cover.bytes());
    figures.add(who, What.REMOVE_DELAYS, members, delays(removal));
    follow(figures, who, removal);
  }

  /**
   * @param run those who act in this turn, by number: who is sealed to has its session already
   */
  private record Removal(Bytes message, CoverReport cover, Map<Integer, FlatKeying> run) {
    /** How this member reads it first. */
    CoverReport.Line entryFor(MemberId member) {
      for (CoverReport.Line line : cover.lines()) {
        if (line.kind() != CoverReport.Kind.CREDENTIAL && line.members().contains(member)) {
          return line;
        }
      }
      throw new IllegalStateException("no entry of the cover reaches " + member);
    }

    /** Of the network, until this member has the key: a relay speaks when it has it itself. */
    int delays(MemberId member) {
      return 1 + entryFor(member).relay().map(this::delays).orElse(0);
    }
  }

  private int delays(Removal removal) {
    if (!removal.cover.unreached().isEmpty()) {
      throw new IllegalStateException("the cover leaves out " + removal.cover.unreached());
    }
    int most = 0;
    for (CoverReport.Line line : removal.cover.lines()) {
      if (line.kind() != CoverReport.Kind.CREDENTIAL && line.reaches() > 0) {
        most = Math.max(most, removal.delays(line.members().get(0)));
      }
    }
    return most;
  }

  private void follow(Figures figures, String who, Removal removal) throws Exception {
    int number = TARGET + 1 + random.nextInt(members - TARGET - 1);
    FlatKeying reader = removal.run.computeIfAbsent(number, group::receiver);
    List<Bytes> heard = way(removal, group.member(number));
    Optional<?> before = reader.sendingEpoch();
    figures.add(
        who,
        What.REMOVE_FOLLOW,
        members,
        Cpu.micros(() -> heard.forEach(each -> hears(reader, each))));
    if (reader.sendingEpoch().equals(before)) {
      throw new IllegalStateException(
          "who should have read the new key did not: " + removal.entryFor(group.member(number)));
    }
  }

  /** What comes to this member, in order: the message, and what it is relayed by. */
  private List<Bytes> way(Removal removal, MemberId member) {
    List<Bytes> comes = new ArrayList<>(List.of(removal.message));
    Optional<MemberId> by = removal.entryFor(member).relay();
    if (by.isPresent()) {
      FlatKeying relay = removal.run.computeIfAbsent(number(by.get()), group::receiver);
      for (Bytes each : way(removal, by.get())) {
        for (Effect effect : hears(relay, each)) {
          if (effect instanceof Effect.Multicast it) {
            comes.add(it.message());
          }
        }
      }
    }
    return comes;
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
    Settled settled = settles(newcomer, List.of(admit, grant));
    newcomerMicros += settled.micros;
    if (newcomer.sendingEpoch().isEmpty()) {
      throw new IllegalStateException("the newcomer holds no key");
    }
    long asked = settled.answered;
    figures.add(who, What.WELCOME_WITH_FACTS, members, grant.length() + fetched + asked);
    figures.add(who, What.WELCOME_CPU, members, newcomerMicros);
    FlatKeying reader = group.receiver(1 + random.nextInt(members - 1));
    figures.add(who, What.ADMIT_FOLLOW, members, Cpu.micros(() -> hears(reader, admit)));
  }

  /**
   * @param micros of the newcomer's CPU
   * @param answered bytes that it was sent because it asked
   */
  private record Settled(double micros, long answered) {}

  /** The newcomer's part: it hears these, and asks another member for what it still lacks. */
  private Settled settles(FlatKeying newcomer, List<Bytes> messages) throws Exception {
    FlatKeying other = group.receiver(2);
    hears(other, messages.get(0));
    Deque<Bytes> open = new ArrayDeque<>(messages);
    double micros = 0;
    long heard = 0;
    while (!open.isEmpty()) {
      Bytes message = open.remove();
      heard += message.length();
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
    long told = messages.stream().mapToLong(Bytes::length).sum();
    return new Settled(micros, heard - told);
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

  /** Of members who share nothing: what is taken once they are there. */
  void measureMemory(Figures figures, String who) {
    List<FlatKeying> kept = new ArrayList<>();
    int copies = members > Membership.MANY ? KEPT_OF_MANY : KEPT_OF_FEW;
    group.receiverOnItsOwn(2); // so that what is made once for all is there
    long before = Cpu.heap();
    for (int i = 0; i < copies; i++) {
      kept.add(group.receiverOnItsOwn(2 + i % (members - 2)));
    }
    double each = (Cpu.heap() - before) / (double) kept.size();
    long facts = group.facts().stream().mapToLong(Bytes::length).sum();
    figures.add(who, What.STATE, members, each - facts);
    figures.add(who, What.STATE_WITH_FACTS, members, each);
  }
}
