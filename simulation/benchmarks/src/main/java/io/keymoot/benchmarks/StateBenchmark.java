package io.keymoot.benchmarks;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Lore;
import io.keymoot.flatkeying.group.Person;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to learn a fact and to ask a state, in a group of 1,000. Signatures were checked
 * before, so what is measured is all the rest: decoding is not, deciding and the new state are.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StateBenchmark {
  private static final int MEMBERS = 1_000;

  /** One more Admit of 128 rows, for a peer that knows all the rest. */
  @SuppressWarnings("NullAway.Init") // JMH calls the setup before all else.
  @State(Scope.Thread)
  public static class Newcomers {
    private final Crowd crowd = new Crowd();
    private FactId epoch;
    private Envelope admit;
    private Ledger ledger;
    private GroupState state;

    @Setup
    public void grow() {
      crowd.growTo(MEMBERS);
      Envelope rekey = crowd.rekey();
      epoch = rekey.id();
      crowd.learn(rekey);
      crowd.learn(crowd.admit(1));
      admit = crowd.admit(128);
      Crowd.learn(crowd.ledger, crowd.state, admit); // its signatures are known from here on
    }

    /** Nobody learns a fact twice, so each time it is another peer. */
    @Setup(Level.Invocation)
    public void arrive() {
      ledger = crowd.ledger(Lore.ofOne());
      state = GroupState.nothing();
      for (Envelope fact : crowd.facts) {
        state = Crowd.learn(ledger, state, fact);
      }
    }
  }

  @Benchmark
  public GroupState learnAnAdmitOf128(Newcomers peer) {
    return Crowd.learn(peer.ledger, peer.state, peer.admit);
  }

  /** Nobody has asked this state before. */
  @Benchmark
  public List<Person> membersOfANewState(Newcomers peer) {
    return peer.state.members();
  }

  @Benchmark
  public boolean askMembersOfANewState(Newcomers peer) {
    return ask(peer.state.members());
  }

  @Benchmark
  public List<Known> usableOfANewState(Newcomers peer) {
    return peer.state.usable();
  }

  /** Of the epoch that was made before the last newcomers came. */
  @Benchmark
  public boolean cleanOfANewState(Newcomers peer) {
    return peer.ledger.isClean(peer.state, Objects.requireNonNull(peer.ledger.get(peer.epoch)));
  }

  /** The first and the last, and whether somebody is among them. */
  private static boolean ask(List<Person> members) {
    Person last = members.get(members.size() - 1);
    return members.get(0) != last && members.contains(last);
  }

  /** The same for a peer whose process has learnt it already. */
  @SuppressWarnings("NullAway.Init") // JMH calls the setup before all else.
  @State(Scope.Thread)
  public static class Neighbours {
    private final Crowd crowd = new Crowd();
    private final Lore lore = Lore.shared();
    private Envelope admit;
    private Ledger ledger;
    private GroupState state;

    @Setup
    public void grow() {
      crowd.growTo(MEMBERS);
      admit = crowd.admit(128);
      arrive();
      Crowd.learn(ledger, state, admit);
    }

    @Setup(Level.Invocation)
    public void arrive() {
      ledger = crowd.ledger(lore);
      state = GroupState.nothing();
      for (Envelope fact : crowd.facts) {
        state = Crowd.learn(ledger, state, fact);
      }
    }
  }

  @Benchmark
  public GroupState learnAnAdmitOf128ThatANeighbourKnows(Neighbours peer) {
    return Crowd.learn(peer.ledger, peer.state, peer.admit);
  }

  /** Somebody was put out between an epoch and the next. */
  @SuppressWarnings("NullAway.Init") // JMH calls the setup before all else.
  @State(Scope.Thread)
  public static class Group {
    private final Crowd crowd = new Crowd();
    private Known before;
    private Known after;
    private Known last;

    @Setup
    public void grow() {
      crowd.growTo(MEMBERS);
      before = rekey();
      Person out = crowd.state.members().get(MEMBERS / 2);
      after = rekey(new Target.Expelled(out.device(), List.of()));
      last = rekey();
      crowd.learn(crowd.admit(128));
      if (clean(before) || !clean(after) || !clean(last)) {
        throw new IllegalStateException("the epochs are not what they should be");
      }
    }

    private Known rekey(Target... targets) {
      Envelope rekey = crowd.rekey(targets);
      crowd.learn(rekey);
      return Objects.requireNonNull(crowd.ledger.get(rekey.id()));
    }

    private boolean clean(Known epoch) {
      return crowd.ledger.isClean(crowd.state, epoch);
    }
  }

  @Benchmark
  public List<Person> members(Group group) {
    return group.crowd.state.members();
  }

  @Benchmark
  public boolean askMembers(Group group) {
    return ask(group.crowd.state.members());
  }

  /** All of them, one after the other. */
  @Benchmark
  public int walkThroughMembers(Group group) {
    int last = 0;
    for (Person person : group.crowd.state.members()) {
      last ^= person.hashCode();
    }
    return last;
  }

  @Benchmark
  public List<Known> usable(Group group) {
    return group.crowd.state.usable();
  }

  @Benchmark
  public boolean cleanOfTheUsable(Group group) {
    return group.clean(group.last);
  }

  @Benchmark
  public boolean cleanOfAnOlder(Group group) {
    return group.clean(group.after);
  }

  @Benchmark
  public boolean cleanOfOneFromBefore(Group group) {
    return group.clean(group.before);
  }

  /** Whether the next fact costs more the more there are. */
  @SuppressWarnings("NullAway.Init") // JMH calls the setup before all else.
  @State(Scope.Thread)
  public static class History {
    @Param({"500", "4000"})
    public int facts;

    private final Crowd crowd = new Crowd();
    private Ledger ledger;
    private GroupState state = GroupState.nothing();
    private Envelope next;

    @Setup
    public void tell() {
      ledger = crowd.ledger(Lore.ofOne());
      crowd.growTo(100);
      while (crowd.facts.size() < facts) {
        crowd.learn(crowd.here());
        crowd.learn(crowd.rekey());
      }
      for (Envelope fact : crowd.facts) {
        state = Crowd.learn(ledger, state, fact);
      }
    }

    /** Two halves of the same: a Here, and the Rekey it calls for. */
    @Setup(Level.Invocation)
    public void say() {
      next = crowd.facts.size() % 2 == 0 ? crowd.here() : crowd.rekey();
      crowd.learn(next);
    }
  }

  @Benchmark
  public GroupState learnAHereOrRekey(History peer) {
    peer.state = Crowd.learn(peer.ledger, peer.state, peer.next);
    return peer.state;
  }
}
