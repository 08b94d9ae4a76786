package io.keymoot.benchmarks;

import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.BigGroup;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.keying.Input;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
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
 * One expulsion by role in a large group, whole: from the wish to the message, planning, wrapping,
 * signing, deciding and stepping all keys included; and from the message to the key. Sessions are
 * at hand, all KEKs are held; so many are out since the slots were resealed.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class RekeyBenchmark {

  /** A group whose next to go is decided, and cores that were never asked before. */
  @SuppressWarnings("NullAway.Init") // JMH calls the setup before all else.
  @State(Scope.Thread)
  public static class Excluder {
    @Param({"1000"})
    public int members = 1_000;

    /** With the one who goes now. */
    @Param({"1", "8"})
    public int out = 1;

    BigGroup group;
    FlatKeying core;
    private List<Integer> sealedTo;

    /** Slots of 16 symbols for the large, of 4 for the small. */
    Profile profile() {
      return members >= 1_000 ? Profile.BROADCAST : Profile.CONFERENCE;
    }

    @Setup
    public void grow() {
      group = new BigGroup(profile(), members, 1);
      for (int gone = 1; gone < out; gone++) {
        group.expelFirst(gone);
      }
      sealedTo = group.sealedTo(out);
    }

    @Setup(Level.Invocation)
    public void another() {
      core = group.excluder();
      sealedTo.forEach(number -> group.meet(core, number));
    }
  }

  @Benchmark
  public Object expel(Excluder of) {
    return of.group.expel(of.core, of.out);
  }

  /** A member whom a wrap of the excluder reaches, and who has heard a beat of it. */
  @SuppressWarnings("NullAway.Init") // JMH calls the setup before all else.
  @State(Scope.Thread)
  public static class Receiver {
    private final Excluder excluder;
    private int number;
    private FlatKeying core;
    private Bytes message;

    public Receiver() {
      this(new Excluder());
      excluder.grow();
    }

    /** Of a group that is there already. */
    Receiver(Excluder excluder) {
      this.excluder = excluder;
    }

    @Setup
    public void grow() {
      excluder.another();
      excluder.group.expel(excluder.core, excluder.out);
      number = excluder.group.firstReachedByAWrap(excluder.core);
    }

    @Setup(Level.Invocation)
    public void another() {
      excluder.another();
      core = excluder.group.receiver(number);
      excluder.group.hear(core, excluder.core);
      message = excluder.group.expulsion(excluder.core, excluder.out);
    }
  }

  @Benchmark
  public List<Effect> read(Receiver by) {
    return by.core.step(by.excluder.group.now(), new Input.Received(Bytes.EMPTY, by.message));
  }

  /** All KEKs of a member into the next epoch. */
  @Benchmark
  public int stepAllKeks(Excluder of) {
    return of.group.stepAllKeks(of.core);
  }
}
