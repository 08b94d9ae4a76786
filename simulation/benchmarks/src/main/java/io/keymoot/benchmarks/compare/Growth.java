package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.BigGroup;
import io.keymoot.flatkeying.keying.CoverReport;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.keying.Input;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How one removal grows with the group, up to 10,000, and with how many went before the slots were
 * renewed. Ours is by real cores in a group made at once, its slots fresh ({@link BigGroup}): those
 * who are measured and no others, where {@link Membership} runs everybody.
 */
final class Growth {
  static final String WITH_SESSIONS = "Keymoot, fresh slots";
  static final String NO_SESSIONS = "Keymoot, fresh slots, no sessions";

  private static final List<Integer> SIZES = List.of(8, 32, 128, 512, 1_024, 4_096, 10_000);
  private static final List<Integer> QUICK_SIZES = List.of(8, 32, 128, 1_024, 10_000);
  private static final List<Integer> OUT = List.of(1, 4, 8, 16);

  private static final int COLD_ROUNDS = 5;

  private Growth() {}

  static void run(boolean isQuick, Figures figures, Progress progress) throws Exception {
    Rivals rivals = new Rivals();
    Figures warmingUp = new Figures();
    progress.say("growth: warming up the machine's compilers");
    removals(warmingUp, 64, isQuick ? 150 : 600);
    rivals.measure(warmingUp, 64, isQuick ? 60 : 400);
    for (int n : isQuick ? QUICK_SIZES : SIZES) {
      progress.say("growth: N = " + n);
      // A core for each turn is made anew, which takes longest for the largest.
      removals(figures, n, Math.max(isQuick ? 3 : 9, (isQuick ? 3_000 : 40_000) / n));
      rivals.measure(figures, n, isQuick ? 5 : 21);
      if (!isQuick && n > Membership.LARGE && n <= MlsGroup.LARGEST) {
        MlsGroup cold = MlsGroup.cold(n);
        for (int i = 0; i < COLD_ROUNDS; i++) {
          cold.measureRemoval(figures, Membership.COLD);
        }
      }
    }
    progress.say("growth: members out since slots were renewed");
    out(figures, isQuick ? 5 : 41);
  }

  // ---- by the size of the group

  private static void removals(Figures figures, int n, int most) throws Exception {
    BigGroup group = new BigGroup(Membership.profile(n), n, n);
    Map<MemberId, Integer> numbers = numbers(group, n);
    // Nobody has sessions with ten thousand: there the cover does without.
    List<Integer> sealedTo = n <= Membership.LARGE ? group.sealedTo(1) : List.of();
    for (int i = 0; i < Math.min(most, 200); i++) {
      removal(figures, group, numbers, sealedTo, Places.BY_SIZE, n, 1);
    }
    FlatKeying core = group.excluder();
    Bytes[] message = new Bytes[1];
    for (int i = 0; i < Math.min(most, 200); i++) {
      FlatKeying each = i == 0 ? core : group.excluder();
      figures.add(
          WITH_SESSIONS,
          What.REFRESH_AUTHOR,
          n,
          Cpu.micros(
              () -> message[0] = LargeGroup.authored(each.step(group.now(), new Input.Refresh()))));
      figures.add(WITH_SESSIONS, What.REFRESH_BYTES, n, message[0].length());
      FlatKeying reader = group.receiver(1);
      figures.add(WITH_SESSIONS, What.REFRESH_FOLLOW, n, read(group, reader, message[0]));
    }
  }

  private static Map<MemberId, Integer> numbers(BigGroup group, int members) {
    Map<MemberId, Integer> numbers = new HashMap<>();
    for (int i = 0; i < members; i++) {
      numbers.put(group.member(i), i);
    }
    return numbers;
  }

  // ---- by how many are out

  private static void out(Figures figures, int times) throws Exception {
    int n = Membership.LARGE;
    BigGroup group = new BigGroup(Profile.BROADCAST, n, 1);
    Map<MemberId, Integer> numbers = numbers(group, n);
    int gone = 0;
    for (int out : OUT) {
      while (gone < out - 1) {
        gone++;
        group.expelFirst(gone);
      }
      List<Integer> sealedTo = group.sealedTo(out);
      for (int i = 0; i < times; i++) {
        removal(figures, group, numbers, sealedTo, Places.BY_OUT, out, out);
      }
    }
  }

  // ---- one removal

  private record Places(What author, What follow, What bytes) {
    static final Places BY_SIZE =
        new Places(What.REMOVE_AUTHOR, What.REMOVE_FOLLOW, What.REMOVE_ALL_BYTES);
    static final Places BY_OUT = new Places(What.OUT_AUTHOR, What.OUT_FOLLOW, What.OUT_BYTES);
  }

  /** By an excluder that knows nobody, and by one with sessions to those it seals to. */
  private static void removal(
      Figures figures,
      BigGroup group,
      Map<MemberId, Integer> numbers,
      List<Integer> sealedTo,
      Places into,
      int at,
      int target)
      throws Exception {
    FlatKeying stranger = group.excluder();
    Bytes[] message = new Bytes[1];
    figures.add(
        NO_SESSIONS,
        into.author,
        at,
        Cpu.micros(() -> message[0] = group.expulsion(stranger, target)));
    CoverReport unmet = stranger.lastCover().orElseThrow();
    figures.add(NO_SESSIONS, into.bytes, at, ofAll(message[0], unmet));

    FlatKeying excluder = group.excluder();
    sealedTo.forEach(number -> group.meet(excluder, number));
    figures.add(
        WITH_SESSIONS,
        into.author,
        at,
        Cpu.micros(() -> message[0] = group.expulsion(excluder, target)));
    CoverReport cover = excluder.lastCover().orElseThrow();
    figures.add(WITH_SESSIONS, into.bytes, at, ofAll(message[0], cover));

    for (CoverReport.Line line : cover.lines()) {
      if (line.kind() == CoverReport.Kind.WRAP) {
        FlatKeying reader = group.receiver(number(numbers, line.members().get(0)));
        figures.add(WITH_SESSIONS, into.follow, at, read(group, reader, message[0]));
        return;
      }
    }
  }

  /** The message as it is told, with the author's credential, and the Relays it orders. */
  private static double ofAll(Bytes message, CoverReport cover) {
    return message.length() + cover.multicastBytes() - cover.bytes();
  }

  private static int number(Map<MemberId, Integer> numbers, MemberId member) {
    Integer number = numbers.get(member);
    if (number == null) {
      throw new IllegalStateException(member + " is not of this group");
    }
    return number;
  }

  private static double read(BigGroup group, FlatKeying reader, Bytes message) throws Exception {
    Optional<FactId> before = reader.sendingEpoch();
    double micros =
        Cpu.micros(() -> reader.step(group.now(), new Input.Received(Bytes.EMPTY, message)));
    if (before.isEmpty() || reader.sendingEpoch().equals(before)) {
      throw new IllegalStateException("who should have read the new key did not");
    }
    return micros;
  }
}
