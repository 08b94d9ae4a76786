package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SlotSet;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One telling of a story: joins, expulsions by role and together, Leaves, Heres, suspensions of who
 * is not silent, partitions, loss, and villains. The story is drawn beforehand, with all its people
 * and their randomness, and hears nothing of what happens, so it can be told twice: with slots and
 * without.
 *
 * <p><b>Whom a key is for</b> can be compared exactly, <b>whom it has reached by now</b> cannot.
 * Reseals are facts, and refreshes follow them, so the two groups make other epochs at other times;
 * and who is on the other side of a partition has an epoch if it had the one before: if whoever
 * made it had just been told that, it follows it, else an older one. So after each command, when
 * all is quiet, whoever cannot read a key that somebody uses asks that peer for it, be it in or
 * out, beside it or apart from it, under its own name and leaf key; no partition stops the
 * question. What is written down is who comes to the key by all that it ever had, all that was ever
 * said, and the answer. That hangs on nothing but who is in. And that is the same in both, at each
 * of these moments, and written down too: people, their randomness, and who lets whom in, are part
 * of the story.
 *
 * <p>And once more at the end: who comes by then to what was in use at each of the moments.
 *
 * <p>Asking makes up for a cover that forgets somebody; {@link CoverPromises} does not.
 */
final class Telling {
  private static final int COMMANDS = 7;
  private static final int MEMBERS = 7;
  private static final int QUIET_MILLIS = 6_000;

  sealed interface Command {}

  /**
   * @param by who lets it in: who else could, might be out in somebody's view, and the newcomer
   *     with it
   */
  record Join(String name, String by) implements Command {}

  record Expel(String by, String who) implements Command {}

  /** Two without the role. */
  record ExpelTogether(String by, String second, String who) implements Command {}

  record Leave(String who) implements Command {}

  record Here(String who) implements Command {}

  record Absent(String by, String second, String who) implements Command {}

  record Refresh(String by) implements Command {}

  /** The sides of those who are there by then, in their order. */
  record Part(List<Integer> sides) implements Command {}

  record Heal() implements Command {}

  /** The next command is heard through this. */
  record Lose(int percent) implements Command {}

  /** It goes on as it was, and beside it somebody has all that it has. */
  record Turn(String who) implements Command {}

  /** All who have turned ask for what they may not have, and lie to who asks. */
  record Mischief(long seed) implements Command {}

  /** A key in use at some moment. */
  private record Used(FactId epoch, int revision) {}

  /**
   * What was written down at one moment.
   *
   * @param lines who is in whose view, and who comes to whose keys
   * @param used by whom
   */
  private record Moment(String after, TreeSet<String> lines, Map<Group.Node, List<Used>> used) {}

  final Group group;
  final Tapped tapped;
  final CoverPromises promises;
  private final List<Moment> moments = new ArrayList<>();

  /** Of each moment, who comes to what was in use then by all there is at the end. */
  private final List<TreeSet<String>> atTheEnd = new ArrayList<>();

  private final Map<String, Integer> side = new TreeMap<>();
  private final Map<String, String> roles = new TreeMap<>();

  /** Whom alone each newcomer hears, until it is in. */
  private final Map<String, String> introducers = new TreeMap<>();

  private final Map<String, Villain> villains = new LinkedHashMap<>();
  int triesOfWhoIsOut;
  int triesAcross;

  static Telling told(long seed, boolean slotsOn) {
    Telling telling = new Telling(seed, slotsOn);
    for (Command each : drawn(seed)) {
      telling.tell(each);
    }
    telling.side.clear();
    telling.quiet(20_000, "all is healed");
    for (Moment each : telling.moments) {
      telling.atTheEnd.add(telling.readers(each.used));
    }
    return telling;
  }

  private Telling(long seed, boolean slotsOn) {
    group = Group.ofSharedLore(seed);
    group.people = new Random(seed);
    group.profile = Profile.values()[(int) Math.floorMod(seed, 3L)];
    group.resealEachMillis = 3_000;
    group.heartbeatMillis = 1_000;
    group.slotsOn = slotsOn;
    group.hears = this::hears;
    roles.put("anna", "chair");
    tapped = Tapped.founding(group, "anna");
    promises = new CoverPromises(tapped);
    group.witness = promises;
    for (int i = 0; i < MEMBERS - 1; i++) {
      join("n" + i, i == 0 ? "chair" : "");
    }
    group.run(15_000);
  }

  static List<Command> drawn(long seed) {
    Random random = new Random(seed);
    List<Command> commands = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < MEMBERS - 1; i++) {
      names.add("n" + i);
    }
    for (int i = 0; i < COMMANDS; i++) {
      int what = random.nextInt(100);
      String chair = random.nextBoolean() ? "anna" : "n0";
      String one = names.get(random.nextInt(names.size()));
      String two = names.get(random.nextInt(names.size()));
      String three = names.get(random.nextInt(names.size()));
      if (what < 15) {
        names.add("late" + i);
        commands.add(new Join("late" + i, one));
      } else if (what < 33) {
        // Who came last has had keys of slots that the others had before.
        commands.add(new Expel(chair, random.nextBoolean() ? one : names.get(names.size() - 1)));
      } else if (what < 38) {
        commands.add(new ExpelTogether(one, two, three));
      } else if (what < 43) {
        commands.add(new Leave(one));
      } else if (what < 50) {
        commands.add(new Here(one));
      } else if (what < 57) {
        commands.add(new Absent(one, two, three));
      } else if (what < 60) {
        commands.add(new Refresh(one));
      } else if (what < 74) {
        List<Integer> sides = new ArrayList<>();
        random.ints(MEMBERS + COMMANDS, 0, 2).forEach(sides::add);
        commands.add(new Part(sides));
      } else if (what < 79) {
        commands.add(new Heal());
      } else if (what < 85) {
        commands.add(new Lose(10 + random.nextInt(20)));
      } else if (what < 91) {
        commands.add(new Turn(one));
      } else {
        commands.add(new Mischief(random.nextLong()));
      }
    }
    return commands;
  }

  private boolean hears(Group.Node from, Group.Node to) {
    return side(from.name) == side(to.name)
        && (to.core.isMember() || from.name.equals(introducers.getOrDefault(to.name, from.name)));
  }

  private int side(String name) {
    return side.getOrDefault(name, 0);
  }

  private void join(String name, String its) {
    roles.put(name, its);
    tapped.join(name, its);
  }

  private Bytes credential(Group.Node node) {
    return Group.credential(node.name, roles.getOrDefault(node.name, ""));
  }

  private boolean isIn(String name) {
    return group.node(name).core.isMember();
  }

  // ---- telling

  private void tell(Command command) {
    switch (command) {
      case Join it -> {
        String by = isIn(it.by) ? it.by : group.members().get(0).name;
        introducers.put(it.name, by);
        side.put(it.name, side(by));
        join(it.name, "");
      }
      case Expel it -> {
        if (isIn(it.by) && !it.by.equals(it.who)) {
          group.node(it.by).step(new Input.Expel(group.node(it.who).device()));
        }
      }
      case ExpelTogether it -> {
        if (isIn(it.by) && isIn(it.second) && areThree(it.by, it.second, it.who)) {
          group.node(it.by).step(new Input.Expel(group.node(it.who).device()));
          group.node(it.second).step(new Input.Expel(group.node(it.who).device()));
        }
      }
      case Leave it -> {
        if (isIn(it.who)) {
          group.node(it.who).step(new Input.Leave());
        }
      }
      case Here it -> {
        if (isIn(it.who)) {
          group.node(it.who).step(new Input.Renew(Optional.empty()));
        }
      }
      case Absent it -> suspend(it);
      case Refresh it -> {
        if (isIn(it.by)) {
          group.node(it.by).step(new Input.Refresh());
        }
      }
      case Part it -> {
        int next = 0;
        for (String name : group.nodes.keySet()) {
          side.put(name, it.sides.get(next++));
        }
      }
      case Heal it -> side.clear();
      case Lose it -> {
        group.lossPercent = it.percent;
        return;
      }
      case Turn it ->
          villains.computeIfAbsent(
              it.who,
              name ->
                  Villain.turned(group.node(name), credential(group.node(name)), tapped.adversary));
      case Mischief it -> mischief(new Random(it.seed));
    }
    group.run(2_000);
    group.lossPercent = 0;
    quiet(QUIET_MILLIS, command.toString());
  }

  private static boolean areThree(String one, String two, String three) {
    return !one.equals(two) && !one.equals(three) && !two.equals(three);
  }

  private void suspend(Absent it) {
    Group.Node by = group.node(it.by);
    Group.Node second = group.node(it.second);
    MemberId who = group.node(it.who).id();
    if (areThree(it.by, it.second, it.who) && by.core.isMember() && second.core.isMember()) {
      GroupState state = by.core.core.signingState();
      if (state.isMember(who) && state.isMember(second.id()) && state.isMember(by.id())) {
        List<Bytes> credentials = List.of(credential(by), credential(second));
        Suspension.of(who, by, second, credentials, tapped.adversary);
      }
    }
  }

  private void mischief(Random random) {
    for (Villain villain : villains.values()) {
      for (Group.Node ear : group.members()) {
        if (!ear.name.equals(villain.name)) {
          villain.need(ear, random).ifPresent(message -> tell(ear, villain.address, message));
          tapped.adversary.needs.stream()
              .filter(asked -> asked.signed().header().author().equals(ear.id()))
              .reduce((first, last) -> last)
              .flatMap(asked -> villain.answer(asked, false, random))
              .ifPresent(message -> tell(ear, villain.address, message));
        }
      }
    }
  }

  private void tell(Group.Node to, Bytes from, Bytes message) {
    tapped.adversary.heard(message);
    to.step(new Input.Received(from, message));
  }

  // ---- writing down

  private void quiet(int millis, String after) {
    group.run(millis);
    Map<Group.Node, List<Used>> used = new LinkedHashMap<>();
    TreeSet<String> lines = new TreeSet<>();
    for (Group.Node user : group.members()) {
      introducers.remove(user.name);
      GroupState state = user.core.state();
      used.put(user, usedBy(user));
      state
          .members()
          .forEach(person -> lines.add(group.nameOf(person.id()) + " is in, says " + user));
    }
    for (Group.Node other : group.nodes.values()) {
      used.forEach((user, keys) -> askForWhatCannotBeRead(user, keys, other));
    }
    lines.addAll(readers(used));
    moments.add(new Moment(after, lines, used));
  }

  /** What it may use, first of all what it sends under. */
  private static List<Used> usedBy(Group.Node user) {
    GroupState state = user.core.state();
    List<Used> used = new ArrayList<>();
    user.core
        .sendingEpoch()
        .ifPresent(epoch -> used.add(new Used(epoch, user.core.sendingRevision())));
    for (Known epoch : state.usable()) {
      if (!user.core.sendingEpoch().equals(Optional.of(epoch.id()))) {
        used.add(new Used(epoch.id(), state.revision(epoch.id())));
      }
    }
    return used;
  }

  private void askForWhatCannotBeRead(Group.Node user, List<Used> keys, Group.Node other) {
    GroupState state = user.core.state();
    boolean isOut = !state.isMember(other.id());
    triesOfWhoIsOut += isOut ? 1 : 0;
    triesAcross += !isOut && side(other.name) != side(user.name) ? 1 : 0;
    List<FactId> lacking =
        keys.stream().filter(key -> !reads(other, key)).map(Used::epoch).limit(4).toList();
    List<Stay> stays = tapped.adversary.world.staysOf(other.id());
    Optional<LeafKeyPair> leaf =
        state
            .newestStay(other.id())
            .or(() -> stays.isEmpty() ? Optional.empty() : Optional.of(stays.get(stays.size() - 1)))
            .flatMap(stay -> tapped.adversary.device(other.id()).leafKey(stay.leafKey()));
    if (lacking.isEmpty() || leaf.isEmpty()) {
      return;
    }
    tell(
        user,
        other.address,
        SideCodec.need(
            new FactWriter(other.key, user.core.group(), other.id()),
            state.heads().subList(0, 1),
            leaf.get().publicKey().bytes(),
            lacking,
            lacking.stream().map(epoch -> new SlotSet(epoch, -1)).toList()));
  }

  private boolean reads(Group.Node reader, Used key) {
    return tapped.adversary.derives(reader.id(), key.epoch, key.revision);
  }

  private TreeSet<String> readers(Map<Group.Node, List<Used>> used) {
    TreeSet<String> lines = new TreeSet<>();
    for (Group.Node other : group.nodes.values()) {
      used.forEach(
          (user, keys) -> {
            if (keys.stream().anyMatch(key -> reads(other, key))) {
              lines.add(other + " comes to a key of " + user);
            }
            if (!keys.isEmpty() && reads(other, keys.get(0))) {
              lines.add(other + " comes to what " + user + " sends under");
            }
          });
    }
    return lines;
  }

  // ---- comparing

  /** Where, at some moment, not exactly those read a key who are in, for people. */
  List<String> notWhoIsIn() {
    List<String> wrong = new ArrayList<>();
    for (Moment each : moments) {
      for (Group.Node user : each.used.keySet()) {
        for (Group.Node other : group.nodes.values()) {
          boolean isIn = each.lines.contains(other + " is in, says " + user);
          if (isIn != each.lines.contains(other + " comes to a key of " + user)
              || isIn != each.lines.contains(other + " comes to what " + user + " sends under")) {
            String what = isIn ? " is in, and does not come to " : " is out, and comes to ";
            wrong.add(other + what + "a key of " + user + ", after " + each.after);
          }
        }
      }
    }
    return wrong;
  }

  /** Where the two differ, for people; empty if nowhere. */
  static List<String> differences(Telling with, Telling without) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < with.moments.size(); i++) {
      String after = "after " + with.moments.get(i).after;
      compare(with.moments.get(i).lines, without.moments.get(i).lines, after, differences);
      String later = "by all there is at the end of what was in use " + after;
      compare(with.atTheEnd.get(i), without.atTheEnd.get(i), later, differences);
    }
    return differences;
  }

  private static void compare(
      TreeSet<String> with, TreeSet<String> without, String when, List<String> differences) {
    for (String each : with) {
      if (!without.contains(each)) {
        differences.add("with slots only: " + each + ", " + when);
      }
    }
    for (String each : without) {
      if (!with.contains(each)) {
        differences.add("without slots only: " + each + ", " + when);
      }
    }
  }
}
