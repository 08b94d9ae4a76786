package io.keymoot.heartbeat;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.keying.Answering;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * Up to ten thousand heartbeat cores on a network that delays, loses and is cut in two. No crypto:
 * facts are names with parents, and what a peer would verify is true.
 *
 * <p>Time goes in slices. Within one, each peer in turn takes its mail and timers in the order of
 * their times; what is sent arrives in a later slice. So a peer's table stays in the processor's
 * cache for a whole slice, and an idle hour of a thousand peers takes seconds.
 */
final class World {
  /**
   * A fact of this world.
   *
   * @param does the duty it does, if any
   */
  record Fact(FactId id, List<FactId> parents, Optional<Duty> does) {}

  private record Say(Fact fact) {}

  private record Give(List<Fact> facts) {}

  private record Ask(int by, List<FactId> facts, List<FactId> heads) {}

  private record Approve(MemberId target, MemberId by) {}

  private static final int EVERYBODY = -1;

  private record Mail(long at, long number, int from, int to, Object what)
      implements Comparable<Mail> {
    @Override
    public int compareTo(Mail other) {
      int order = Long.compare(at, other.at);
      return order != 0 ? order : Long.compare(number, other.number);
    }
  }

  /** The peer around a core: facts, and what the effects ask for. */
  final class Peer {
    final int number;
    final MemberId id;
    final Heartbeat core;
    final Answering answering = new Answering();
    final Map<FactId, Fact> has = new LinkedHashMap<>(2);
    final Map<FactId, Fact> waiting = new LinkedHashMap<>(2);
    List<FactId> heads = List.of(People.FOUND);
    Roster roster;
    boolean alive = true;
    int side;
    long deadline = Long.MAX_VALUE;

    Peer(int number, Roster roster) {
      this.number = number;
      this.id = roster.member(number);
      this.roster = roster;
      Random seeded = new Random(seed * 1_000_003 + number);
      core = new Heartbeat(new Tick(now), id, seeded::nextBytes);
    }

    Fact had(FactId id) {
      return Objects.requireNonNull(has.get(id));
    }

    boolean knows(FactId fact) {
      return fact.equals(People.FOUND) || has.containsKey(fact);
    }

    /** Most receivers know all heads of a beat: they share one input. */
    private void hear(long at, Input.Heard heard) {
      List<FactId> unknown = new ArrayList<>(0);
      for (FactId head : heard.beat().heads()) {
        if (!knows(head) && !waiting.containsKey(head)) {
          unknown.add(head);
        }
      }
      step(
          at,
          unknown.isEmpty() ? heard : new Input.Heard(heard.beat(), List.copyOf(unknown), true));
      if (!core.wanted().isEmpty()
          && heard.beat().heads().stream().anyMatch(waiting::containsKey)) {
        step(at, new Input.KnowsMore(heard.beat().member(), heard.beat().signed()));
      }
    }

    void step(long at, Input input) {
      Tick tick = new Tick(at);
      List<Effect> effects = core.step(tick, input);
      if (effects.isEmpty() && input instanceof Input.Heard heard && heard.unknown().isEmpty()) {
        // The case of nearly all the time: a beat that says nothing new moves no timer.
        return;
      }
      effects.forEach(effect -> perform(at, effect));
      Optional<Tick> next = core.nextDeadline();
      deadline = next.isPresent() ? next.get().millis() : Long.MAX_VALUE;
      earliest = Math.min(earliest, deadline);
    }

    private void perform(long at, Effect effect) {
      effectsSeen.computeIfAbsent(effect.getClass(), kind -> new int[1])[0]++;
      switch (effect) {
        case Effect.SendBeat(Beat beat) -> {
          beats.add(at);
          send(at, number, EVERYBODY, new Input.Heard(beat, List.of(), true));
        }
        case Effect.Fetch(MemberId from, List<FactId> facts) ->
            send(at, number, peerOf(from).number, new Ask(number, facts, heads));
        case Effect.Repeat(FactId fact) -> send(at, number, EVERYBODY, new Say(had(fact)));
        case Effect.Act(Duty duty) -> {
          if (can.test(this, duty)) {
            acts.add(new Acted(at, number, duty));
            onAct(this, at, duty);
          }
        }
        case Effect.Second(MemberId target) -> {
          if (can.test(this, new Duty.Absent(target))) {
            seconds.add(new Acted(at, number, new Duty.Absent(target)));
            send(at, number, EVERYBODY, new Approve(target, id));
          }
        }
        case Effect.KeyHolderPassed passed -> {}
        case Effect.RosterDisagrees disagrees -> {}
        case Effect.RosterIs is -> {}
      }
    }

    /** Facts with all below them that whoever has {@code heads} lacks, at most 64. */
    private List<Fact> below(List<FactId> facts, List<FactId> itsHeads) {
      Set<FactId> its = new LinkedHashSet<>();
      Deque<FactId> open = new ArrayDeque<>(itsHeads);
      while (!open.isEmpty()) {
        FactId id = open.removeFirst();
        Fact fact = has.get(id);
        if (fact != null && its.add(id)) {
          open.addAll(fact.parents);
        }
      }
      Map<FactId, Fact> given = new LinkedHashMap<>();
      open.addAll(facts);
      while (!open.isEmpty() && given.size() < 64) {
        Fact fact = has.get(open.removeFirst());
        if (fact != null && !its.contains(fact.id) && given.putIfAbsent(fact.id, fact) == null) {
          open.addAll(fact.parents);
        }
      }
      return List.copyOf(given.values());
    }

    void receive(long at, Object what) {
      switch (what) {
        case Input.Heard heard -> hear(at, heard);
        case Say(Fact fact) -> {
          answering.overheard(fact.id, new Tick(at));
          if (!knows(fact.id)) {
            offer(at, List.of(fact));
          }
        }
        case Give(List<Fact> facts) -> {
          for (Fact fact : facts) {
            answering.overheard(fact.id, new Tick(at));
          }
          offer(at, facts);
        }
        case Ask ask -> {
          requests.computeIfAbsent(number, n -> new ArrayList<>()).add(at);
          List<FactId> had = ask.facts.stream().filter(this::knows).toList();
          if (!had.isEmpty()) {
            answer(at, ask, had);
          }
        }
        case Approve(MemberId target, MemberId by) -> step(at, new Input.Seconded(target, by));
        default -> throw new IllegalStateException(what.toString());
      }
    }

    /** As flat-keying does, by the same rule. */
    private void answer(long at, Ask ask, List<FactId> had) {
      int to =
          switch (answering.asked(peers[ask.by].id, had, true, new Tick(at))) {
            case TO_ONE -> ask.by;
            case TO_ALL -> EVERYBODY;
            case SAID_ALREADY, TOO_MANY -> number;
          };
      if (to != number) {
        answers.computeIfAbsent(number, n -> new ArrayList<>()).add(at);
        send(at, number, to, new Give(below(had, ask.heads)));
      }
    }

    private void offer(long at, List<Fact> facts) {
      for (Fact fact : facts) {
        if (!knows(fact.id)) {
          waiting.putIfAbsent(fact.id, fact);
        }
      }
      List<Fact> taken = new ArrayList<>();
      boolean moved = true;
      while (moved) {
        moved = false;
        for (Fact fact : List.copyOf(waiting.values())) {
          if (fact.parents.stream().allMatch(this::knows)) {
            waiting.remove(fact.id);
            take(fact);
            taken.add(fact);
            moved = true;
          }
        }
      }
      List<FactId> atHand = new ArrayList<>(waiting.keySet());
      taken.forEach(fact -> atHand.add(fact.id));
      step(at, new Input.Learnt(atHand));
      if (!taken.isEmpty()) {
        step(at, new Input.Knows(roster, heads));
      }
      for (Fact fact : taken) {
        fact.does.ifPresent(duty -> done(at, duty));
      }
      Set<FactId> lacking = new TreeSet<>();
      for (Fact fact : waiting.values()) {
        fact.parents.stream()
            .filter(parent -> !knows(parent) && !waiting.containsKey(parent))
            .forEach(lacking::add);
      }
      step(at, new Input.Lacks(List.copyOf(lacking)));
    }

    private void done(long at, Duty duty) {
      step(at, new Input.Done(duty));
      if (duty instanceof Duty.Rekey) {
        step(at, new Input.Rekeyed(0));
      }
    }

    private void take(Fact fact) {
      has.put(fact.id, fact);
      if (fact.does.isPresent() && fact.does.get() instanceof Duty.Absent absent) {
        roster = without(roster, absent.member());
      }
      Set<FactId> next = new TreeSet<>(heads);
      next.removeAll(fact.parents);
      next.add(fact.id);
      heads = List.copyOf(next);
    }

    /** Makes a fact and says it to all. */
    Fact make(long at, String name, Optional<Duty> does) {
      Fact fact = new Fact(People.fact(name), heads, does);
      give(at, fact);
      step(at, new Input.Said(fact.id));
      send(at, number, EVERYBODY, new Say(fact));
      return fact;
    }

    /** Has the fact from now on, however it came. */
    void give(long at, Fact fact) {
      take(fact);
      step(at, new Input.Knows(roster, heads));
      fact.does.ifPresent(duty -> done(at, duty));
    }
  }

  record Acted(long at, int by, Duty duty) {}

  final long seed;
  final Peer[] peers;
  final List<Long> beats = new ArrayList<>();
  final Map<Integer, List<Long>> answers = new LinkedHashMap<>();

  /** All that came, answered or not. */
  final Map<Integer, List<Long>> requests = new LinkedHashMap<>();

  final List<Acted> acts = new ArrayList<>();

  /** Words of watchers that a member is silent. */
  final List<Acted> seconds = new ArrayList<>();

  /** Who can do a duty when it is its turn; who cannot does nothing. */
  BiPredicate<Peer, Duty> can = (peer, duty) -> true;

  final Map<Class<?>, int[]> effectsSeen = new LinkedHashMap<>();
  long now;
  double loss;
  long shortestDelay = 10;
  long longestDelay = 80;

  /** The length of a slice: what happens within one is not told apart. */
  long slice;

  private final SplittableRandom network;
  private final PriorityQueue<Mail> post = new PriorityQueue<>();
  private final Map<Hash32, Roster> rosters = new LinkedHashMap<>();
  private final Map<MemberId, Integer> numbers = new LinkedHashMap<>();
  private long mails;
  private long earliest = Long.MAX_VALUE;

  World(long seed, Roster roster, long slice) {
    this.seed = seed;
    this.slice = slice;
    network = new SplittableRandom(seed);
    peers = new Peer[roster.size()];
    for (int i = 0; i < peers.length; i++) {
      peers[i] = new Peer(i, roster);
      numbers.put(peers[i].id, i);
    }
    for (Peer peer : peers) {
      peer.step(now, new Input.ReachedAt(Bytes.EMPTY));
      peer.step(now, new Input.Knows(roster, peer.heads));
    }
  }

  /** What a peer does when it is its turn; by default it says the fact that does the duty. */
  void onAct(Peer peer, long at, Duty duty) {
    peer.make(at, duty + " " + acts.size() + " by " + peer.number, Optional.of(duty));
  }

  Peer peerOf(MemberId member) {
    return peers[Objects.requireNonNull(numbers.get(member))];
  }

  private void send(long at, int from, int to, Object what) {
    long delay = network.nextLong(shortestDelay, longestDelay + 1);
    post.add(new Mail(at + delay, mails++, from, to, what));
  }

  void run(long millis) {
    long until = now + millis;
    while (now < until) {
      // Nothing happens in a slice with neither mail nor timer.
      long next = Math.min(earliest, post.isEmpty() ? Long.MAX_VALUE : post.peek().at);
      if (next > now) {
        now = Math.min(until, next);
      }
      long end = Math.min(until, now + slice);
      if (next < end) {
        deliver(end);
      }
      now = end;
    }
  }

  private void deliver(long end) {
    List<Mail> toAll = new ArrayList<>();
    Map<Integer, List<Mail>> toOne = new LinkedHashMap<>();
    while (!post.isEmpty() && post.peek().at < end) {
      Mail mail = post.remove();
      if (mail.to == EVERYBODY) {
        toAll.add(mail);
      } else {
        toOne.computeIfAbsent(mail.to, to -> new ArrayList<>()).add(mail);
      }
    }
    earliest = Long.MAX_VALUE;
    for (Peer peer : peers) {
      if (!peer.alive) {
        continue;
      }
      if (toAll.isEmpty() && toOne.isEmpty() && peer.deadline >= end) {
        earliest = Math.min(earliest, peer.deadline);
        continue;
      }
      List<Mail> mine = toOne.get(peer.number);
      List<Mail> mails = toAll;
      if (mine != null) {
        mails = new ArrayList<>(toAll);
        mails.addAll(mine);
        mails.sort(null);
      }
      for (Mail mail : mails) {
        if (mail.from == peer.number || peers[mail.from].side != peer.side || lost()) {
          continue;
        }
        // Late mail of the slice before is taken now: time does not go back.
        long at = Math.max(mail.at, now);
        while (peer.deadline <= at) {
          peer.step(Math.max(peer.deadline, now), new Input.Wake());
        }
        peer.receive(at, mail.what);
      }
      while (peer.deadline < end) {
        peer.step(Math.max(peer.deadline, now), new Input.Wake());
      }
      earliest = Math.min(earliest, peer.deadline);
    }
  }

  private boolean lost() {
    return loss > 0 && network.nextDouble() < loss;
  }

  private Roster without(Roster roster, MemberId member) {
    List<Roster.Seat> seats = new ArrayList<>();
    for (int i = 0; i < roster.size(); i++) {
      if (!roster.member(i).equals(member)) {
        seats.add(roster.seat(i));
      }
    }
    Roster next = People.next(roster, seats);
    return rosters.computeIfAbsent(next.digest(), digest -> next);
  }

  // ---- counting

  int seen(Class<? extends Effect> kind) {
    return effectsSeen.getOrDefault(kind, new int[1])[0];
  }

  /** The most of these times that fall into any window of this length. */
  static int most(List<Long> times, long window) {
    long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
    int most = 0;
    int from = 0;
    for (int to = 0; to < sorted.length; to++) {
      while (sorted[to] - sorted[from] >= window) {
        from++;
      }
      most = Math.max(most, to - from + 1);
    }
    return most;
  }

  void cut(int sideOneUpTo) {
    for (Peer peer : peers) {
      peer.side = peer.number < sideOneUpTo ? 1 : 0;
    }
  }

  void heal() {
    for (Peer peer : peers) {
      peer.side = 0;
    }
  }

  long knowing(FactId fact) {
    return Arrays.stream(peers).filter(peer -> peer.knows(fact)).count();
  }
}
