package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Seal;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Plays a story about a group of real cores, one command a line, and tells what came of it. Who is
 * called by name is a {@link Group.Node}.
 *
 * <pre>
 *   seed 7 | profile paper | reseal each 5s       before anybody is there
 *   found anna chair       join ben chair         with the roles in its credential
 *   join finn by ben                              finn and ben hear nobody else of the two kinds
 *   crowd p1 to p11                               one after the other, 50 ms apart
 *   begin                                         only what follows is told
 *   expel eva by anna      leave dan              refresh by anna      renew ben
 *   suspend dan by anna and ben                   two watchers
 *   down dan | up dan      restart eva as eva2    the process stops, sleeps, starts anew
 *   move cora as cora2                            it gives up its group, and joins the first one
 *   partition anna ben | cora dan                 only cora hears anna
 *   cut ben                                       heal
 *   nobody acts            everybody acts         whoever's turn it is does not do what is owed
 *   lose RELAY             lose nothing           loss 30%
 *   garbage by dan                                a Rekey whose seals open for nobody
 *   wait 2s                wait until all read    wait until RESEAL
 *   jump 90d                                      all sleep: the clock goes on, and nothing else
 *   say anna hello         who reads              who is in            states
 *   keys                   slots of anna          who holds 3:1
 * </pre>
 */
final class KeyingScenario {
  private static final long PATIENCE_MILLIS = 60_000;

  private Group group = new Group(7);
  private ScenarioTrace trace = new ScenarioTrace(group);
  private final Map<String, Integer> side = new TreeMap<>();
  private final Map<String, String> doors = new TreeMap<>();
  private final Map<String, Set<String>> heardBy = new TreeMap<>();
  private final Set<String> cut = new TreeSet<>();
  private final Set<MessageType> lost = new TreeSet<>();

  static String play(List<String> commands) {
    KeyingScenario story = new KeyingScenario();
    story.set(7);
    for (String line : commands) {
      if (!line.isBlank() && !line.startsWith("#")) {
        story.play(line.strip());
      }
    }
    return story.trace.told();
  }

  private void set(long seed) {
    group = new Group(seed);
    trace = new ScenarioTrace(group);
    group.witness = trace;
    group.hears = (from, to) -> hears(from.name, to.name);
    group.arrives = message -> SideCodec.typeOf(message).filter(lost::contains).isEmpty();
  }

  private boolean hears(String from, String to) {
    boolean isDoor = isThrough(from, to) && isThrough(to, from);
    return isDoor
        && !cut.contains(from)
        && !cut.contains(to)
        && side.getOrDefault(from, 0).equals(side.getOrDefault(to, 0))
        && (!heardBy.containsKey(from) || heardBy.getOrDefault(from, Set.of()).contains(to));
  }

  /** Who knocks at one door is heard there only. */
  private boolean isThrough(String newcomer, String other) {
    String door = doors.get(newcomer);
    return door == null || door.equals(other);
  }

  private void play(String line) {
    trace.command(line);
    List<String> words = List.of(line.split(" +"));
    command(words);
    trace.flush();
  }

  private void command(List<String> words) {
    String one = words.size() > 1 ? words.get(1) : "";
    switch (words.get(0)) {
      case "seed" -> set(Long.parseLong(one));
      case "profile" -> group.profile = Profile.valueOf(one.toUpperCase(Locale.ROOT));
      case "reseal" -> group.resealEachMillis = millis(words.get(2));
      case "begin" -> trace.begin();
      case "found" -> group.found(one, roles(words), Group.CHAIR_EXPELS);
      case "join" -> join(words);
      case "expel" -> by(words).step(new Input.Expel(group.node(one).device()));
      case "leave" -> group.node(one).step(new Input.Leave());
      case "refresh" -> by(words).step(new Input.Refresh());
      case "renew" -> group.node(one).step(new Input.Renew(Optional.empty()));
      case "suspend" -> suspend(group.node(one), by(words), group.node(words.get(5)));
      case "down" -> group.node(one).isDown = true;
      case "up" -> group.node(one).isDown = false;
      case "restart" -> group.restart(group.node(one), words.get(3));
      case "move" -> group.move(group.node(one), words.get(3));
      case "crowd" -> crowd(one, words.get(3));
      case "partition" -> partition(words);
      case "only" -> heardBy.computeIfAbsent(words.get(3), any -> new TreeSet<>()).add(one);
      case "cut" -> cut.addAll(words.subList(1, words.size()));
      case "heal" -> List.of(side, doors, heardBy).forEach(Map::clear);
      case "lose" -> lose(one);
      case "loss" -> group.lossPercent = Integer.parseInt(one.replace("%", ""));
      case "garbage" -> garbage(by(words));
      case "wait" -> await(words);
      case "nobody", "everybody" ->
          all().forEach(node -> node.takesTurns = words.get(0).equals("everybody"));
      case "jump" -> group.now += millis(one);
      case "say" -> say(group.node(one), words.get(2));
      case "who" -> {
        switch (one) {
          case "reads" -> whoReads();
          case "holds" -> whoHolds(words.get(2));
          default -> groups(group.members(), node -> "counts " + roster(node));
        }
      }
      case "states" -> groups(all(), node -> ScenarioTrace.state(node.status));
      case "keys" -> groups(all(), this::keys);
      case "slots" -> slots(group.node(words.get(2)));
      default -> throw new IllegalArgumentException("no such command: " + words);
    }
    if (words.get(0).equals("heal")) {
      cut.clear();
    }
  }

  // ---- what is done

  private Group.Node by(List<String> words) {
    return group.node(words.get(words.indexOf("by") + 1));
  }

  private static String roles(List<String> words) {
    return String.join(" ", words.subList(2, words.size()));
  }

  private void join(List<String> words) {
    int by = words.indexOf("by");
    String name = words.get(1);
    if (by > 0) {
      doors.put(name, words.get(by + 1));
    }
    group.join(name, roles(by > 0 ? words.subList(0, by) : words));
  }

  private void crowd(String first, String last) {
    int to = Integer.parseInt(last.substring(1));
    for (int i = Integer.parseInt(first.substring(1)); i <= to; i++) {
      group.join(first.substring(0, 1) + i, "");
      group.run(50);
    }
  }

  private void suspend(Group.Node who, Group.Node watcher, Group.Node second) {
    second.step(new Input.Second(who.id()));
    group.run(50);
    watcher.step(new Input.Suspend(who.id()));
  }

  private void partition(List<String> words) {
    int now = 1;
    for (String word : words.subList(1, words.size())) {
      if (word.equals("|")) {
        now++;
      } else {
        side.put(group.node(word).name, now);
      }
    }
  }

  private void lose(String type) {
    lost.clear();
    if (!type.equals("nothing")) {
      lost.add(MessageType.valueOf(type));
    }
  }

  /** A Rekey in good order, but for what is sealed in it. */
  private void garbage(Group.Node by) {
    List<Cover.Sealed> seals = new ArrayList<>();
    List<MemberId> members = by.core.state().members().stream().map(p -> p.id()).toList();
    for (int place = 0; place < members.size(); place++) {
      if (!members.get(place).equals(by.id())) {
        Seal seal = new Seal(0, Bytes.owning(by.draws.bytes(48)));
        seals.add(new Cover.Sealed(place, Optional.empty(), seal));
      }
    }
    Bytes cover = Cover.of(Optional.empty(), seals).encode();
    EpochSecret secret = EpochSecret.fresh(by.draws);
    Rekey rekey =
        new Rekey(
            by.core.sendingEpoch(),
            List.of(),
            secret.commitment(),
            by.core.state().membersDigest(),
            cover.sha256());
    Bytes message = FactCodec.encode(by.core.core.write(by.core.state(), rekey, cover));
    trace.said(by, message);
    for (Group.Node node : group.nodes.values()) {
      group.at(group.now + 5, () -> node.step(new Input.Received(by.address, message)));
    }
  }

  // ---- time

  private static long millis(String time) {
    String number = time.replaceAll("[a-z]", "");
    LongSupplier unit =
        () ->
            switch (time.substring(number.length())) {
              case "ms" -> 1;
              case "s" -> 1_000;
              case "min" -> 60_000;
              case "d" -> 24L * 3_600_000;
              default -> throw new IllegalArgumentException("not a time: " + time);
            };
    return Long.parseLong(number) * unit.getAsLong();
  }

  private void await(List<String> words) {
    if (!words.get(1).equals("until")) {
      group.run(millis(words.get(1)));
    } else if (words.get(2).equals("all")) {
      await(group::allReadAll, 10);
    } else {
      MessageType type = MessageType.valueOf(words.get(2));
      trace.wasSaid(type);
      await(() -> trace.wasSaid(type), 1);
    }
  }

  private void await(BooleanSupplier isSo, long eachMillis) {
    long end = group.now + PATIENCE_MILLIS;
    while (!isSo.getAsBoolean()) {
      if (group.now >= end) {
        throw new AssertionError("it never came to this: " + trace.told() + group.show());
      }
      group.run(eachMillis);
    }
  }

  // ---- what is asked

  private List<Group.Node> all() {
    return List.copyOf(group.nodes.values());
  }

  private void say(Group.Node from, String what) {
    Optional<Tek> key = from.isDown ? Optional.empty() : from.sendingKey();
    if (key.isEmpty()) {
      trace.tell(from + " has no key to say it under");
      return;
    }
    trace.tell(from + " says " + what + " under " + stamp(key.get()));
    groups(
        all().stream().filter(node -> node != from).toList(),
        node -> node.canOpen(key.get()) ? "can read it" : "cannot");
  }

  private String stamp(Tek key) {
    return trace.name(key.epoch()) + "/" + key.revision();
  }

  private void whoReads() {
    Map<String, Tek> keys = new LinkedHashMap<>();
    Map<String, List<String>> senders = new LinkedHashMap<>();
    for (Group.Node node : group.members()) {
      String stamp = node.sendingKey().map(this::stamp).orElse("nothing");
      node.sendingKey().ifPresent(key -> keys.putIfAbsent(stamp, key));
      senders.computeIfAbsent(stamp, any -> new ArrayList<>()).add(node.name);
    }
    senders.forEach(
        (stamp, who) -> {
          Tek key = keys.get(stamp);
          String readers =
              key == null
                  ? ""
                  : "; read by "
                      + all().stream()
                          .filter(node -> node.canOpen(key))
                          .map(node -> node.name)
                          .collect(Collectors.joining(" "));
          trace.tell(String.join(" ", who) + ": sends under " + stamp + readers);
        });
  }

  private void whoHolds(String place) {
    List<String> numbers = List.of(place.split(":"));
    Slot slot = new Slot(Integer.parseInt(numbers.get(0)), Integer.parseInt(numbers.get(1)));
    trace.tell(
        group.members().stream()
            .filter(node -> slot.isHeldBy(node.id(), group.profile))
            .map(node -> node.name)
            .collect(Collectors.joining(" ")));
  }

  private void groups(List<Group.Node> nodes, Function<Group.Node, String> what) {
    Map<String, List<String>> alike = new LinkedHashMap<>();
    for (Group.Node node : nodes) {
      String text = (node.isDown ? "(down) " : "") + what.apply(node);
      alike.computeIfAbsent(text, any -> new ArrayList<>()).add(node.name);
    }
    alike.forEach((text, names) -> trace.tell(String.join(" ", names) + ": " + text));
  }

  private String roster(Group.Node node) {
    return trace.names(node.core.state().members().stream().map(p -> p.id()).toList());
  }

  private String keys(Group.Node node) {
    String epochs =
        node.core.core.keys.all().stream()
            .map(held -> trace.name(held.epoch) + "/" + held.lowestRevision())
            .sorted()
            .collect(Collectors.joining(" "));
    long keks = node.core.core.slots.allKeks().stream().map(kek -> kek.epoch()).distinct().count();
    int reseals = node.core.core.slots.allResealKeys().size();
    return "has "
        + (epochs.isEmpty() ? "no epoch" : epochs)
        + (keks == 0 ? "" : ", slots of " + keks)
        + (reseals == 0 ? "" : ", " + reseals + " fresh keys of slots");
  }

  private void slots(Group.Node node) {
    List<SlotOwnership> shared =
        node.core.slotTable().stream().filter(slot -> slot.members() >= 3).toList();
    long clean = shared.stream().filter(SlotOwnership::clean).count();
    List<SlotOwnership> own = shared.stream().filter(SlotOwnership::own).toList();
    long held = own.stream().filter(slot -> slot.clean() && slot.held()).count();
    Set<FactId> versions =
        shared.stream().flatMap(slot -> slot.reseal().stream()).collect(Collectors.toSet());
    String by =
        Arrays.stream(versions.toArray(new FactId[0]))
            .map(trace::name)
            .sorted()
            .collect(Collectors.joining(" "));
    trace.tell(
        String.format(
            Locale.ROOT,
            "%d slots are shared by three or more, %d of them clean; it is in %d, and has %d; made"
                + " by %s",
            shared.size(),
            clean,
            own.size(),
            held,
            by.isEmpty() ? "nobody" : by));
  }
}
