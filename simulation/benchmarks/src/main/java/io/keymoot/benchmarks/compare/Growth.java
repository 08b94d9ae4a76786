package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.BigGroup;
import io.keymoot.flatkeying.keying.CoverReport;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.keying.Input;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
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
  static final String FRESH = "Keymoot, fresh slots";
  static final String NO_SESSIONS = "Keymoot, fresh slots, no sessions";

  private static final int COLD_ROUNDS = 5;
  private static final int MOST_ROUNDS = 200;
  private static final int WARM_UP_MEMBERS = 64;

  /**
   * How much of it.
   *
   * @param sizes of groups
   * @param least rounds at each size
   * @param work about so many members' cores are made at each size, if that is more
   * @param out members who went since slots were renewed
   * @param outOf of a group of this size
   * @param alone whether a cold tree of MLS is formed at sizes that {@link Membership} has not
   */
  record Scale(
      int warmUpRounds,
      List<Integer> sizes,
      int least,
      int work,
      List<Integer> out,
      int outOf,
      int outRounds,
      boolean alone) {}

  private static final List<What> REMOVAL =
      List.of(What.REMOVE_AUTHOR, What.REMOVE_FOLLOW, What.REMOVE_ALL_BYTES, What.REMOVE_DELAYS);

  private Growth() {}

  static List<Step> steps(Scale scale, Figures figures) {
    List<Step> steps = new ArrayList<>();
    Rivals rivals = new Rivals();
    steps.add(
        new Step(
            "growth: warming up the machine's compilers",
            scale.warmUpRounds / 60.0,
            () -> {
              Figures unused = new Figures();
              removals(unused, WARM_UP_MEMBERS, scale.warmUpRounds);
              rivals.measure(unused, WARM_UP_MEMBERS, scale.warmUpRounds / 2);
            }));
    for (int n : scale.sizes) {
      int rounds = Math.clamp(scale.work / n, scale.least, MOST_ROUNDS);
      steps.add(
          new Step(
              "growth: N = " + n,
              1 + n * (2.0 + rounds) / 12_000,
              () -> {
                // A core for each turn is made anew, which takes longest for the largest.
                removals(figures, n, rounds);
                rivals.measure(figures, n, scale.least + 2);
                if (scale.alone && n > Membership.LARGE && n <= MlsGroup.LARGEST_COLD) {
                  coldTree(figures, n);
                }
              }));
    }
    steps.add(
        new Step(
            "growth: members out since slots were renewed",
            2 + scale.outOf * (scale.outRounds * scale.out.size()) / 25_000.0,
            () -> out(scale, figures)));
    return steps;
  }

  private static void coldTree(Figures figures, int n) throws InterruptedException {
    new Turns(0, COLD_ROUNDS, COLD_ROUNDS)
        .take(
            figures,
            n,
            List.of(
                new Turns.Contender(
                    Membership.COLD,
                    REMOVAL,
                    () -> {
                      MlsGroup cold = MlsGroup.cold(n);
                      return () -> cold.measureRemoval(figures, Membership.COLD);
                    })));
  }

  // ---- by the size of the group

  private static void removals(Figures figures, int n, int rounds) throws Exception {
    Field field = new Field(figures, Places.BY_SIZE, Membership.profile(n), n, n);
    // Nobody has sessions with ten thousand: there is one line only, of those who have none.
    Optional<List<Integer>> sealedTo =
        n <= Membership.LARGE ? Optional.of(field.group.sealedTo(1)) : Optional.empty();
    for (int i = 0; i < rounds; i++) {
      field.removals(sealedTo, n, 1);
      field.refresh(n);
    }
  }

  // ---- by how many are out

  private static void out(Scale scale, Figures figures) throws Exception {
    Field field = new Field(figures, Places.BY_OUT, Profile.BROADCAST, scale.outOf, 1);
    int gone = 0;
    for (int out : scale.out) {
      while (gone < out - 1) {
        gone++;
        field.group.expelFirst(gone);
      }
      Optional<List<Integer>> sealedTo = Optional.of(field.group.sealedTo(out));
      for (int i = 0; i < scale.outRounds; i++) {
        field.removals(sealedTo, out, out);
      }
    }
  }

  // ---- one removal

  private record Places(What author, What follow, What bytes) {
    static final Places BY_SIZE =
        new Places(What.REMOVE_AUTHOR, What.REMOVE_FOLLOW, What.REMOVE_ALL_BYTES);
    static final Places BY_OUT = new Places(What.OUT_AUTHOR, What.OUT_FOLLOW, What.OUT_BYTES);
  }

  /** A group, and where its figures go. */
  private static final class Field {
    private final Figures figures;
    private final Places into;
    private final BigGroup group;
    private final Map<MemberId, Integer> numbers = new HashMap<>();

    Field(Figures figures, Places into, Profile profile, int members, long seed) {
      this.figures = figures;
      this.into = into;
      this.group = new BigGroup(profile, members, seed);
      for (int i = 0; i < members; i++) {
        numbers.put(group.member(i), i);
      }
    }

    /** By an excluder that knows nobody, and by one with sessions to those it seals to. */
    void removals(Optional<List<Integer>> sealedTo, int at, int target) throws Exception {
      removal(NO_SESSIONS, group.excluder(), at, target);
      if (sealedTo.isPresent()) {
        FlatKeying excluder = group.excluder();
        sealedTo.get().forEach(number -> group.meet(excluder, number));
        removal(FRESH, excluder, at, target);
      }
    }

    private void removal(String who, FlatKeying excluder, int at, int target) throws Exception {
      Bytes[] message = new Bytes[1];
      figures.add(
          who, into.author, at, Cpu.micros(() -> message[0] = group.expulsion(excluder, target)));
      CoverReport cover = excluder.lastCover().orElseThrow();
      // As it is told, with the author's credential, and the Relays it orders.
      double bytes = message[0].length() + cover.multicastBytes() - cover.bytes();
      figures.add(who, into.bytes, at, bytes);
      for (CoverReport.Line line : cover.lines()) {
        if (line.kind() == CoverReport.Kind.WRAP) {
          FlatKeying reader = group.receiver(number(line.members().get(0)));
          figures.add(who, into.follow, at, read(reader, message[0]));
          return;
        }
      }
    }

    void refresh(int at) throws Exception {
      FlatKeying author = group.excluder();
      Bytes[] message = new Bytes[1];
      figures.add(
          FRESH,
          What.REFRESH_AUTHOR,
          at,
          Cpu.micros(
              () ->
                  message[0] = LargeGroup.authored(author.step(group.now(), new Input.Refresh()))));
      figures.add(FRESH, What.REFRESH_BYTES, at, message[0].length());
      FlatKeying reader = group.receiver(1);
      figures.add(FRESH, What.REFRESH_FOLLOW, at, read(reader, message[0]));
    }

    private int number(MemberId member) {
      Integer number = numbers.get(member);
      if (number == null) {
        throw new IllegalStateException(member + " is not of this group");
      }
      return number;
    }

    private double read(FlatKeying reader, Bytes message) throws Exception {
      Optional<FactId> before = reader.sendingEpoch();
      double micros =
          Cpu.micros(() -> reader.step(group.now(), new Input.Received(Bytes.EMPTY, message)));
      if (before.isEmpty() || reader.sendingEpoch().equals(before)) {
        throw new IllegalStateException("who should have read the new key did not");
      }
      return micros;
    }
  }
}
