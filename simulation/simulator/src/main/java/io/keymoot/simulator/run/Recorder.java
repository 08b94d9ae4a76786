package io.keymoot.simulator.run;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.frame.FrameEpoch;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.keying.CoverReport;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Heartbeat;
import io.keymoot.heartbeat.SlotView;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.result.Change;
import io.keymoot.simulator.result.Expulsion;
import io.keymoot.simulator.result.Heal;
import io.keymoot.simulator.result.MemberEvent;
import io.keymoot.simulator.result.Series;
import io.keymoot.simulator.result.SlotTable;
import io.keymoot.simulator.world.Frame;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Keeps the books of a run: what each change cost, and how the group did meanwhile. */
final class Recorder implements Watcher {
  /** Who goes by itself after so long without being let in was not let in. */
  private static final long PATIENCE_MILLIS = 5_000;

  private final World world;
  private final List<Open> open = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<MemberEvent> events = new ArrayList<>();
  private final List<Expulsion> expulsions = new ArrayList<>();
  private final List<Ousted> ousted = new ArrayList<>();
  private final List<Heal> heals = new ArrayList<>();
  private final List<Series.Sample> samples = new ArrayList<>();
  private final Map<String, Long> coverLines = new TreeMap<>();

  /** By epoch and member: the lowest revision it held. */
  private final Map<FactId, Map<MemberId, Integer>> held = new LinkedHashMap<>();

  private final TreeSet<FactId> epochs = new TreeSet<>();
  private long controlBytes;
  private long heartbeatBytes;
  private int rekeys;
  private int refreshes;
  private int admitted;
  private int left;
  private int expelled;
  private final Set<Fingerprint> expelledDevices = new TreeSet<>();
  private final Set<Node> registeredAgain = new LinkedHashSet<>();

  private static final class Open {
    final Change.Kind kind;
    final Node node;
    final long at;
    final long bytesThen;
    final long nanosThen;
    final int members;
    int coverBytes;

    Open(Change.Kind kind, Node node, long at, long bytes, long nanos, int members) {
      this.kind = kind;
      this.node = node;
      this.at = at;
      this.bytesThen = bytes;
      this.nanosThen = nanos;
      this.members = members;
    }
  }

  /** Partitions that are over, and after which not all have agreed yet. */
  private final List<Mended> mended = new ArrayList<>();

  private record Mended(String what, long at) {}

  private static final class Ousted {
    final Node node;
    final long at;
    final int before;
    long lastReadable;

    Ousted(Node node, long at, int before) {
      this.node = node;
      this.at = at;
      this.before = before;
    }
  }

  Recorder(World world) {
    this.world = world;
  }

  // ---- what people do

  /** The node wants in. */
  void asked(Node node) {
    begins(Change.Kind.JOIN, node);
  }

  void leaves(Node node) {
    left++;
    events.add(new MemberEvent(world.now(), MemberEvent.Kind.LEFT, node.index()));
    begins(Change.Kind.LEAVE, node);
  }

  void expelled(Node node) {
    expelledDevices.add(node.device());
    events.add(new MemberEvent(world.now(), MemberEvent.Kind.EXPELLED, node.index()));
    ousted.add(new Ousted(node, world.now(), expelled));
    expelled++;
    begins(Change.Kind.EXPULSION, node);
  }

  void vanished(Node node) {
    if (node.isMember()) {
      events.add(new MemberEvent(world.now(), MemberEvent.Kind.VANISHED, node.index()));
    }
  }

  void founded(Node node) {
    admitted++;
    events.add(new MemberEvent(world.now(), MemberEvent.Kind.JOINED, node.index()));
  }

  void healed(String what, long at, long convergedMillis) {
    heals.add(new Heal(what, at, convergedMillis));
  }

  @Override
  public void mended(String what) {
    neverAgreed();
    mended.add(new Mended(what, world.now()));
  }

  /** Another fault came first, or the end. */
  void neverAgreed() {
    mended.forEach(each -> healed(each.what, each.at, -1));
    mended.clear();
  }

  /** Whether all have agreed again since the last partition. */
  void lookWhetherTheyAgree() {
    if (mended.isEmpty()) {
      return;
    }
    List<FactId> heads = null;
    for (Node node : world.nodes()) {
      if (node.isMember() && !node.isStopped() && node.mayTalk()) {
        if (!node.canSend() || (heads != null && !heads.equals(node.known().heads()))) {
          return;
        }
        heads = node.known().heads();
      }
    }
    mended.forEach(each -> healed(each.what, each.at, world.now() - each.at));
    mended.clear();
  }

  private void begins(Change.Kind kind, Node node) {
    int members = node.known().count() == 0 ? largest() : node.known().memberCount();
    open.add(new Open(kind, node, world.now(), controlBytes, cpuNanos(), members));
  }

  /**
   * Of the thread that runs all peers, but not of whoever watches them: other work on the machine
   * does not count, nor what the judges do.
   */
  private long cpuNanos() {
    return World.cpuNanos() - world.watchingNanos();
  }

  private int largest() {
    return samples.isEmpty() ? 1 : samples.get(samples.size() - 1).members();
  }

  // ---- what is seen

  @Override
  public void said(Node from, Bytes message) {
    boolean isBeat = message.length() > 1 && message.at(1) == 19;
    if (isBeat) {
      heartbeatBytes += message.length();
    } else {
      controlBytes += message.length();
    }
  }

  @Override
  public void installed(Node node, FrameEpoch key) {
    held.computeIfAbsent(key.epoch(), epoch -> new TreeMap<>())
        .merge(node.member(), key.revision(), Math::min);
    while (held.size() > 1_024) {
      held.remove(held.keySet().iterator().next());
    }
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    for (PeerEffect effect : effects) {
      if (effect instanceof PeerEffect.Status now && now.state() == Effect.State.OUT) {
        wentOut(node);
      }
      if (effect instanceof PeerEffect.Rekeyed rekeyed) {
        rekeys++;
        epochs.add(rekeyed.cost().epoch());
        CoverReport report = rekeyed.cost().report();
        for (CoverReport.Line line : report.lines()) {
          coverLines.merge(line.kind().name(), 1L, Long::sum);
          refreshes += line.kind() == CoverReport.Kind.REFRESH ? 1 : 0;
        }
        for (Open each : open) {
          if (each.kind != Change.Kind.JOIN && ends(node, rekeyed.cost().epoch(), each.node)) {
            each.coverBytes = report.bytes();
          }
        }
      }
    }
    if (!open.isEmpty() && node.firstSentAt() >= 0) {
      for (int i = 0; i < open.size(); i++) {
        Open each = open.get(i);
        if (each.kind == Change.Kind.JOIN && each.node == node) {
          open.remove(i);
          admitted++;
          events.add(new MemberEvent(world.now(), MemberEvent.Kind.JOINED, node.index()));
          settled(each, world.now() - each.at);
          break;
        }
      }
    }
  }

  /** Nobody wanted it out and it did not go: its admission fell with who had let it in. */
  private void wentOut(Node node) {
    boolean isOwnDoing = node.isByzantine() || !node.mayTalk();
    if (!isOwnDoing && !expelledDevices.contains(node.device()) && !isPutOut(node)) {
      registeredAgain.add(node);
    }
  }

  /** By whoever has the right, liars included. */
  private boolean isPutOut(Node node) {
    return world.nodes().stream()
        .filter(other -> other.known().count() > 0)
        .anyMatch(
            other ->
                other.peer().keying().ledger().isBarred(other.known(), node.device())
                    || other.known().isFaulty(node.member()));
  }

  private static boolean ends(Node author, FactId epoch, Node target) {
    return author.peer().keying().ledger().get(epoch) instanceof Known known
        && known.fact() instanceof Rekey rekey
        && !rekey.targets().isEmpty()
        && !author.known().isMember(target.member());
  }

  private void settled(Open each, long after) {
    changes.add(
        new Change(
            each.kind,
            each.at,
            after,
            controlBytes - each.bytesThen,
            (cpuNanos() - each.nanosThen) / 1_000,
            each.members,
            each.coverBytes));
  }

  @Override
  public void sealed(Node from, Frame frame) {
    epochs.add(frame.epoch());
    Map<MemberId, Integer> holders = held.getOrDefault(frame.epoch(), Map.of());
    for (Ousted each : ousted) {
      Integer least = holders.get(each.node.member());
      if (least != null && least <= frame.revision() && from != each.node) {
        each.lastReadable = frame.atMillis() - each.at;
      }
    }
  }

  /** Once a second or so. */
  void sample() {
    List<Node> members = new ArrayList<>();
    for (Node node : world.nodes()) {
      if (node.isMember()) {
        members.add(node);
      }
    }
    Map<List<FactId>, Integer> parties = new LinkedHashMap<>();
    int able = 0;
    int roster = 0;
    long facts = 0;
    TreeSet<FactId> sending = new TreeSet<>();
    for (Node node : members) {
      parties.merge(node.known().heads(), 1, Integer::sum);
      able += node.canSend() ? 1 : 0;
      roster = Math.max(roster, node.known().memberCount());
      facts = Math.max(facts, node.known().count());
      node.peer().keying().sendingEpoch().ifPresent(sending::add);
    }
    int up = (int) world.nodes().stream().filter(Node::isUp).count();
    int agreeing = parties.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    long messages = world.traffic().messages().values().stream().mapToLong(Long::longValue).sum();
    samples.add(
        new Series.Sample(
            world.now(),
            up,
            roster,
            sending.size(),
            able,
            agreeing,
            rekeys,
            refreshes,
            facts,
            messages,
            controlBytes,
            heartbeatBytes,
            world.framesOpened()));
    settleDepartures(members);
  }

  /** Gone for all who run: nobody counts it in, and all can send. */
  private void settleDepartures(List<Node> members) {
    for (Open each : List.copyOf(open)) {
      if (each.kind == Change.Kind.JOIN) {
        long waited = world.now() - each.at;
        if (waited > Change.GIVEN_UP_MILLIS || isMoot(each.node)) {
          open.remove(each);
          if (waited > PATIENCE_MILLIS) {
            settled(each, -1);
          }
        }
        continue;
      }
      boolean isGone =
          members.stream()
              .filter(node -> node != each.node)
              .allMatch(node -> !node.known().isMember(each.node.member()) && node.canSend());
      if (isGone || world.now() - each.at > Change.GIVEN_UP_MILLIS) {
        open.remove(each);
        settled(each, isGone ? world.now() - each.at : -1);
      }
    }
  }

  /** It went, or was put out, before it could send. */
  private boolean isMoot(Node node) {
    return !node.isUp()
        || !node.mayTalk()
        || node.isByzantine()
        || node.status().state() == Effect.State.OUT
        || expelledDevices.contains(node.device());
  }

  // ---- the books

  List<Change> changes() {
    return List.copyOf(changes);
  }

  List<MemberEvent> events() {
    return List.copyOf(events);
  }

  List<Expulsion> expulsions() {
    for (Ousted each : ousted) {
      expulsions.add(new Expulsion(each.at, each.lastReadable, each.before));
    }
    ousted.clear();
    return List.copyOf(expulsions);
  }

  List<Heal> heals() {
    return List.copyOf(heals);
  }

  Series series() {
    return new Series(List.copyOf(samples));
  }

  Map<String, Long> coverLines() {
    return coverLines;
  }

  int registeredAgain() {
    return registeredAgain.size();
  }

  int rekeys() {
    return rekeys;
  }

  int admitted() {
    return admitted;
  }

  int left() {
    return left;
  }

  int expelled() {
    return expelled;
  }

  /** As the peer that knows most sees it. */
  SlotTable slots() {
    Optional<Node> best =
        world.members().stream()
            .filter(node -> !node.isByzantine())
            .max(java.util.Comparator.comparingInt(node -> node.known().count()));
    int radix = world.setup().profile().radix();
    List<SlotView> views =
        best.flatMap(node -> node.peer().heartbeat()).map(Heartbeat::slots).orElse(List.of());
    List<SlotTable.Cell> cells = new ArrayList<>();
    for (SlotView view : views) {
      cells.add(new SlotTable.Cell(view.members(), view.having(), isClean(best, view.slot())));
    }
    return new SlotTable(radix, cells);
  }

  private static boolean isClean(Optional<Node> by, Slot slot) {
    return by.map(
            node ->
                node.known()
                    .standing(slot)
                    .map(reseal -> node.known().isClean(slot, reseal))
                    .orElse(false))
        .orElse(false);
  }
}
